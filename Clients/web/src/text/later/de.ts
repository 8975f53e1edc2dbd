import type { LaterTexts } from "./en";

export const deLater: LaterTexts = {
  "share.room": "Link zu diesem Raum",
  "share.room.hint": "Für alle, die schon in diesem Jam sind.",
  "share.participant": "Link für Teilnehmende",
  "share.facilitator": "Link für Facilitator:innen",
  "share.viewer": "Link für Zuschauende (Review)",
  "share.direct": "Neue gleich in diesen Raum führen",
  "share.own.hint": "Lässt Neue ein, gleich in diesen Raum und mit denselben Rechten wie deinen.",
  "share.own.renewed": "Der Link, mit dem du kamst, wurde erneuert. Den neuen hat, wer den Raum leitet.",
  "share.jam.hint":
    "Wer einen Link hat, kommt mit dessen Rechten herein. Ist ein Link erneuert, lässt der bisherige niemanden mehr neu ein; jeder Browser, der vorher damit kam, bleibt bis zu 12 Stunden im ganzen Jam.",
  "share.renew": "Erneuern",
  "share.renew.confirm": "Erneuern: Der jetzige Link lässt dann niemanden mehr neu ein",
  "share.renewed":
    "Das ist der neue Link. Der bisherige lässt niemanden mehr neu ein; wer vorher damit kam, bleibt bis zu 12 Stunden.",

  "lead.freeze": "Einfrieren",
  "lead.unfreeze": "Auftauen",
  "lead.freeze.hint":
    "Solange der Raum eingefroren ist, können nur Facilitator:innen etwas ändern.",
  "lead.away": "Gerade gibt es keine Verbindung zum Hub. Sobald sie zurück ist, geht das wieder.",
  "lead.remove": "Entfernen",
  "lead.remove.label": "{{name}} entfernen",
  "lead.remove.sure": "{{name}} aus diesem Raum entfernen?",
  "lead.remove.honest":
    "Wer den Link hat, kann mit einem neuen Browser unter anderem Namen wiederkommen; das verhindert ein erneuerter Link. Jeder Browser aber, der vorher damit kam, bleibt bis zu 12 Stunden im ganzen Jam, in allen Räumen.",
  "lead.remove.yes": "Entfernen",
  "lead.remove.renew": "Entfernen und Link erneuern",
  "lead.cancel": "Abbrechen",
  "lead.removed": "{{name}} wurde entfernt.",
  "lead.readmit": "Wieder einlassen",
  "lead.readmit.label": "{{name}} wieder einlassen",
  "lead.readmitted": "{{name}} darf wiederkommen.",
  "lead.removed.list": "Entfernt",

  "help.tools": "Werkzeuge",
  "help.edit": "Bearbeiten",
  "help.view": "Ansicht",
  "help.delete": "Löschen",
  "help.all": "Alles auswählen",
  "help.nudge": "Bewegen (mit Umschalt in großen Schritten)",
  "help.next": "Nächste Notiz (in einer Notiz)",
  "help.text": "Text bearbeiten",
  "help.text.end": "Bearbeiten beenden",
  "help.cycle": "Von Form zu Form",
  "help.pan": "Ansicht verschieben",
  "help.zoom": "Vergrößern und verkleinern",
  "help.selection": "Auswahl zeigen",
  "help.space": "Leertaste",
  "help.drag": "ziehen",
  "help.wheel": "Mausrad",
  "help.make": "Form in der Mitte anlegen (mit ihrem Werkzeug)",
  "help.clipboard": "Kopieren, ausschneiden, einfügen",
  "help.leave": "Zu den Bedienelementen",

  "key.arrows": "Pfeile",
  "key.delete": "Entf",
  "key.escape": "Esc",
  "key.enter": "Eingabe",
  "key.shift": "Umschalt",
  "key.ctrl": "Strg",
  "key.tab": "Tab",

  "trust.why":
    "Dieser Hub hat sein Zertifikat selbst gemacht. Browser warnen davor und behalten die Seite fürs Neuladen ohne den Hub erst, wenn sie ihm vertrauen.",
  "trust.kept":
    "Dieses Gerät behält die Seite schon: Sie kommt beim Neuladen auch ohne den Hub wieder. Es ist nichts mehr zu tun.",
  "trust.http":
    "Diese Seite kam über http, und Browser behalten nur Seiten, die über https kamen. Wer den Hub betreibt, kann ihn mit --tls-self-signed starten.",
  "trust.none": "Dieser Hub benutzt kein eigenes Zertifikat: Hier ist nichts zu installieren.",
  "trust.means":
    "Was das heißt: Dieses Zertifikat kann nur für Adressen in lokalen Netzen bürgen, wie die dieses Hubs, und für keine Seite im Internet („name constraints“). Installiere es nur, wenn du denen vertraust, die den Hub betreiben, und entferne es nach dem Jam.",
  "trust.download": "Zertifikat holen",
  "trust.how": "So wird es installiert",
  "trust.then": "Schließe dann alle Fenster des Browsers und öffne deinen Link noch einmal.",
  "trust.remove": "Zum Entfernen lösche es später an derselben Stelle.",
  "trust.windows":
    "Datei öffnen → Zertifikat installieren → Aktueller Benutzer → Alle Zertifikate in folgendem Speicher speichern → Durchsuchen → Vertrauenswürdige Stammzertifizierungsstellen → OK → Weiter → Fertig stellen.",
  "trust.mac":
    "Datei öffnen; die Schlüsselbundverwaltung legt es im Schlüsselbund „Anmeldung“ ab. Dort auf das Zertifikat doppelklicken → Vertrauen → Bei Verwendung dieses Zertifikats: Immer vertrauen.",
  "trust.linux":
    "Einstellungen → Datenschutz und Sicherheit → Sicherheit → Zertifikate verwalten → Zertifizierungsstellen (oder Benutzerdefiniert → Von Ihnen installiert → Vertrauenswürdige Zertifikate) → Importieren → die Datei → Diesem Zertifikat zur Identifizierung von Websites vertrauen.",
  "trust.firefox":
    "Einstellungen → Datenschutz & Sicherheit → Zertifikate → Zertifikate anzeigen → Zertifizierungsstellen → Importieren → die Datei → Dieser CA vertrauen, um Websites zu identifizieren.",
  "trust.android":
    "Einstellungen → Sicherheit & Datenschutz → Weitere Sicherheitseinstellungen → Verschlüsselung & Anmeldedaten → Zertifikat installieren → CA-Zertifikat → Trotzdem installieren → die Datei.",
  "trust.ios":
    "Mit Safari holen und den Download erlauben, oder die Datei in „Dateien“ öffnen. Einstellungen → Profil geladen → Installieren. Dann Einstellungen → Allgemein → Info → Zertifikatsvertrauenseinstellungen → einschalten.",
};
