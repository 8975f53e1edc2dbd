/** Texts of what is loaded when it is first wanted (panels/later.tsx); the source of their keys. */
export const enLater = {
  "share.room": "Link to this room",
  "share.room.hint": "Works for people who are already part of this jam.",
  "share.participant": "Link for participants",
  "share.facilitator": "Link for facilitators",
  "share.viewer": "Link for reviewers (they only watch)",
  "share.direct": "Lead newcomers right into this room",
  "share.own.hint": "Lets newcomers in, right into this room and with the same rights as yours.",
  "share.own.renewed": "The link that you came by was renewed. A facilitator has the new one.",
  "share.jam.hint":
    "Whoever has a link comes in with its rights. Once a link is renewed, the former one lets nobody new in; every browser that joined by it before stays in the whole jam, for up to 12 hours.",
  "share.renew": "Renew",
  "share.renew.confirm": "Renew: the present link lets nobody new in any more",
  "share.renewed":
    "This is the new link. The former one lets nobody new in; who joined by it before stays, for up to 12 hours.",

  "lead.freeze": "Freeze",
  "lead.unfreeze": "Unfreeze",
  "lead.freeze.hint": "While the room is frozen, only facilitators can change anything.",
  "lead.away": "There is no connection to the hub. This works again once it is back.",
  "lead.remove": "Remove",
  "lead.remove.label": "Remove {{name}}",
  "lead.remove.sure": "Remove {{name}} from this room?",
  "lead.remove.honest":
    "Whoever has the link can come back with a new browser under another name; renew the link to prevent that. But every browser that joined by it before stays in the whole jam, in all rooms, for up to 12 hours.",
  "lead.remove.yes": "Remove",
  "lead.remove.renew": "Remove and renew the link",
  "lead.cancel": "Cancel",
  "lead.removed": "{{name}} was removed.",
  "lead.readmit": "Let back in",
  "lead.readmit.label": "Let {{name}} back in",
  "lead.readmitted": "{{name}} may come back.",
  "lead.removed.list": "Removed",

  "help.tools": "Tools",
  "help.edit": "Editing",
  "help.view": "View",
  "help.delete": "Delete",
  "help.all": "Select everything",
  "help.nudge": "Move (with Shift: further)",
  "help.next": "Next note (in a note)",
  "help.text": "Edit the text",
  "help.text.end": "End editing",
  "help.cycle": "From shape to shape",
  "help.pan": "Move the view",
  "help.zoom": "Zoom in and out",
  "help.selection": "Show the selection",
  "help.space": "Space",
  "help.drag": "drag",
  "help.wheel": "wheel",
  "help.make": "Make a shape in the middle (with its tool)",
  "help.clipboard": "Copy, cut, paste",
  "help.leave": "On to the controls",

  "key.arrows": "arrows",
  "key.delete": "Del",
  "key.escape": "Esc",
  "key.enter": "Enter",
  "key.shift": "Shift",
  "key.ctrl": "Ctrl",
  "key.tab": "Tab",

  "trust.why":
    "This hub has made its certificate itself. Browsers warn of it, and keep the page for reloads without the hub only once they trust it.",
  "trust.kept":
    "This device keeps the page already: it comes back on a reload also without the hub. Nothing is left to do.",
  "trust.http":
    "This page came over http, and browsers keep only pages that came over https. Whoever runs the hub can start it with --tls-self-signed.",
  "trust.none": "This hub uses no certificate of its own: there is nothing here to install.",
  "trust.means":
    "What it means: this certificate can vouch only for addresses on local networks, such as this hub's, and for no site on the internet (it is name-constrained). Install it only if you trust whoever runs the hub, and remove it after the jam.",
  "trust.download": "Get the certificate",
  "trust.how": "How to install it",
  "trust.then": "Then close all windows of the browser and open your link again.",
  "trust.remove": "To remove it later, delete it in the same place.",
  "trust.windows":
    "Open the file → Install Certificate → Current User → Place all certificates in the following store → Browse → Trusted Root Certification Authorities → OK → Next → Finish.",
  "trust.mac":
    "Open the file; Keychain Access adds it to the login keychain. There double-click the certificate → Trust → When using this certificate: Always Trust.",
  "trust.linux":
    "Settings → Privacy and security → Security → Manage certificates → Authorities (or Custom → Installed by you → Trusted certificates) → Import → the file → Trust this certificate for identifying websites.",
  "trust.firefox":
    "Settings → Privacy & Security → Certificates → View Certificates → Authorities → Import → the file → Trust this CA to identify websites.",
  "trust.android":
    "Settings → Security & privacy → More security settings → Encryption & credentials → Install a certificate → CA certificate → Install anyway → the file.",
  "trust.ios":
    "Get it with Safari and allow the download, or open the file in Files. Settings → Profile Downloaded → Install. Then Settings → General → About → Certificate Trust Settings → switch it on.",
} as const;

export type LaterKey = keyof typeof enLater;
export type LaterTexts = { readonly [key in LaterKey]: string };
