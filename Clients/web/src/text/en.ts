/**
 * The source of all texts: other languages have the same keys, or they do not compile. Those that
 * no first visit needs are in the folder `later`.
 */
export const en = {
  // names of things
  "app.name": "Jamboree",
  "role.facilitator": "Facilitator",
  "role.participant": "Participant",
  "role.viewer": "Reviewer",
  "role.bot": "Bot",

  // the entrance
  "home.title": "Your jams",
  "home.none": "This browser does not know any jam yet. Open the link that you were given.",
  "enter.title": "Welcome to {{jam}}",
  "enter.intro": "What should the others call you?",
  "enter.name": "Your name",
  "enter.go": "Come in",
  "enter.waiting": "One moment …",
  "enter.name.bad": "A name has 1 to 64 characters.",
  "enter.name.stays":
    "Your link was renewed, so the hub takes no other name from you. You stay in with the one you have.",
  "rooms.title": "Rooms",
  "rooms.hello": "Hello {{name}}. Pick a room, or start one.",
  "rooms.hello.viewer": "Hello {{name}}. Pick a room to watch.",
  "rooms.rename": "Change name",
  "rooms.none": "No rooms yet.",
  "rooms.empty": "nobody here",
  "rooms.review": "Review",
  "rooms.changed": "changed {{when}}",
  "rooms.fresh": "still empty",
  "rooms.kept": "kept on this device",
  "rooms.new": "Start a room",
  "rooms.new.title": "What is it about?",
  "rooms.new.example": "Radio for the stairwell",
  "rooms.new.review": "Only for watching recordings",
  "rooms.new.bad": "A title has 1 to 120 characters.",
  "ago.now": "now",
  percent: "{{figure}}%",
  "rooms.reload": "Refresh",
  "rooms.filter": "Find a room",

  // what can go wrong
  "wrong.link.title": "This link is no longer valid",
  "wrong.link.text": "It was renewed. Ask for the new one where you got this one.",
  "wrong.none.title": "An invitation is needed",
  "wrong.none.text": "Open the link that you were given: it lets this browser in.",
  "wrong.removed.title": "You were removed from this room",
  "wrong.removed.text":
    "A facilitator ended your part here. Other rooms stay open to you. If you are let back in, this page returns by itself.",
  "wrong.room.title": "There is no such room",
  "wrong.room.text":
    "Nobody has started it yet, or its address is not right. Pick another from the list, or wait: this page looks again every few seconds, and opens the room once it is there.",
  "wrong.ended.title": "The connection has ended",
  "wrong.ended.text": "The hub cannot read what this page sends. Reload the page.",
  "wrong.unsaved":
    "What you wrote and was not saved stays in this browser as long as this page is open.",
  "wrong.unreachable": "The hub does not answer. Is the network there?",
  "wrong.other": "That did not work ({{code}}).",
  "wrong.busy": "That was too much at once. Try again in a minute.",
  "wrong.forbidden": "Your link does not allow that.",
  "wrong.full": "There is no room for more rooms in this jam.",
  "wrong.rooms": "Back to the rooms",
  "wrong.reload": "Reload",
  "later.away": "This part is not on this device yet, and the hub does not answer.",
  "later.outdated": "This part did not load. The hub may have a newer page by now: reload this one.",

  // another link, for who is in already
  "offer.former": "You stay in with the link that you came by before.",
  "offer.unchecked":
    "This page keeps asking. If you go on as before, open this link again later.",
  "offer.on": "Go on as before",
  "offer.lesser.title": "Stop facilitating?",
  "offer.lesser.text":
    "You are a facilitator here. With the link that you have opened you come in as: {{role}}. This browser then keeps only that link.",
  "offer.other.title": "Come in with the other link?",
  "offer.other.text":
    "With the link that you have opened you come in as: {{role}}. This browser then keeps only that link.",
  "offer.unsent":
    "Only the link that you came by before can send them: wait until it is done, or open the other link again later. If you come in with the new link now, they stay on this device until you come back by a link like the one before.",
  "offer.unknown":
    "This browser does not say now whether changes of yours still wait to be sent. If you come in with the new link, such changes stay on this device until you come back by a link like the one before.",
  "offer.as.facilitator": "Facilitator",
  "offer.as.participant": "Participant",
  "offer.as.viewer": "Reviewer",
  "offer.keep": "Stay facilitator",
  "offer.take": "Come in with the new link",

  // tools
  "tools.label": "Tools",
  "tool.select": "Select",
  "tool.hand": "Hand",
  "tool.note": "Sticky note",
  "tool.pen": "Pen",
  "tool.rect": "Rectangle",
  "tool.ellipse": "Ellipse",
  "tool.lock": "Keep tool",
  "colors.label": "Colour",
  "color.yellow": "Yellow",
  "color.orange": "Orange",
  "color.red": "Red",
  "color.pink": "Pink",
  "color.violet": "Violet",
  "color.blue": "Blue",
  "color.teal": "Teal",
  "color.green": "Green",
  "color.gray": "Grey",
  "color.white": "White",
  "color.black": "Black",
  "pen.size": "Width of the stroke",
  "pen.thin": "Thin",
  "pen.medium": "Medium",
  "pen.thick": "Thick",

  // what can be done
  "do.undo": "Undo",
  "do.redo": "Redo",
  "do.delete": "Delete",
  "do.edit": "Edit text",
  "do.close": "Close",
  "do.copy": "Copy",
  "do.copied": "Copied",
  "do.menu": "Menu",
  "do.again": "Try again",
  "zoom.in": "Zoom in",
  "zoom.out": "Zoom out",
  "zoom.reset": "Zoom to 100%",
  "zoom.fit": "Show everything",
  "zoom.back": "Back to the content",
  "zoom.label": "Zoom",

  // the board
  "board.label": "Board {{room}}",
  "board.how":
    "N and then Enter make a sticky note, Tab goes from shape to shape, the arrow keys move, Enter edits the text, Delete deletes, Escape and then Tab go on to the controls, question mark shows all keys.",
  "board.how.watch":
    "Tab goes from shape to shape, the arrow keys move the view, Escape and then Tab go on to the controls, question mark shows all keys.",
  "board.viewer": "You are watching.",
  "board.viewer.hint": "Reviewers see everything and change nothing.",
  "board.fresh": "Nobody has written in this room yet.",
  "board.fresh.hint": "If you expected something here, its address may be mistyped.",
  "board.review": "A recorded session is shown here.",
  "board.review.hint": "Everybody watches, nobody changes anything.",
  "board.frozen": "Frozen by {{name}}.",
  "board.frozen.nobody": "Frozen.",
  "board.frozen.hint": "Only facilitators can change anything now.",
  "board.empty": "Nothing here yet",
  "board.empty.hint": "Double-click for a sticky note, or press N and then Enter.",
  "board.empty.touch": "Tap the sticky note below, then the board.",
  "shape.note": "Sticky note",
  "shape.rect": "Rectangle",
  "shape.ellipse": "Ellipse",
  "shape.pen": "Stroke",
  "shape.text": "Text of the shape",
  "say.shape": "{{shape}}, {{color}}, {{index}} of {{count}}: {{text}}",
  "say.shape.bare": "{{shape}}, {{color}}, {{index}} of {{count}}",
  "say.shape.by": "by {{name}}",
  "say.editing": "Editing text. Escape ends it.",
  "say.zoom": "Zoom {{percent}}",
  "say.undone": "Undone",
  "say.redone": "Redone",
  "say.void": "Left as it is: somebody else has changed it meanwhile.",
  "say.made": "New: {{shape}}",
  "say.moved": "Moved to {{x}}, {{y}}",
  "say.cut": "A text has at most 10,000 letters: the rest was left out.",
  "say.copied": "Copied",
  "say.joined": "{{name}} is here",
  "say.left": "{{name}} has left",

  // how it stands with the connection
  "status.label": "Connection",
  "status.connecting": "connecting …",
  "status.saved": "saved",
  "status.saving": "sending",
  "status.offline.none": "offline",
  "status.refused.none": "not accepted now",
  "status.ended": "ended",
  "status.broken": "This page cannot show the board",
  "status.broken.hint":
    "Something on it makes this page fail, also when read anew. Nothing is lost on the hub. Reload the page, or come back later.",
  "status.disk": "The hub cannot write to its disk. Your changes are in its memory only.",
  "status.offline.hint": "You can go on: everything is sent once the connection is back.",
  "status.noreload":
    "Do not reload this page meanwhile: without the hub it does not come back here. Your changes stay in this browser.",
  "status.blocked.hint":
    "The hub answers, but this network lets no live connection (WebSocket) through. Another network, or whoever looks after this one, may help.",
  "refused.not-saving": "The hub cannot save at the moment.",
  "refused.frozen": "The room is frozen. What you wrote offline is sent when it is open again.",
  "refused.foreign-client": "Somebody else still has to send what this builds on.",
  "refused.board-limit": "This room cannot have any more boards.",
  "refused.other": "The hub does not take it now ({{code}}).",
  "refused.hint": "Your changes are kept here and offered again.",

  // what a refusal took
  "lost.title": "Not everything went through",
  "lost.frozen": "The room was frozen before your last changes arrived.",
  "lost.viewer": "With this link you can only watch.",
  "lost.replaced": "The board was replaced by another state.",
  "lost.document-limit": "The board is full: only deleting is possible.",
  "lost.refused-before": "Your last changes build on one that was refused before.",
  "lost.review": "This room is for watching a recorded session.",
  "lost.deleted": "Somebody deleted what you were writing in.",
  "lost.broken":
    "This page could not take in what came, and has read the board anew. Your last changes are not on it.",
  "lost.other": "The hub did not take your last changes ({{code}}).",
  "lost.texts": "These texts are not on the board:",

  // people
  "people.label": "Who is here",
  "people.you": "you",
  "people.offline": "Nobody is to be seen while there is no connection.",

  // sharing
  "share.label": "Share",

  // the facilitator
  "lead.label": "Facilitate",

  // language and help
  "lang.label": "Language",
  "lang.away": "This language is not on this device yet, and the hub does not answer.",
  "trust.label": "Trust this hub",
  "keep.reload": "On this device the page does not come back on a reload without the hub.",
  "keep.more": "What helps",
  "help.label": "Keyboard help",
  "help.duplicate": "Duplicate",
} as const;

/** Texts that depend on a number, in the forms that a language has (Intl.PluralRules). */
export const enPlurals = {
  people: { one: "{{count}} person", other: "{{count}} people" },
  "people.here": { one: "{{count}} person here", other: "{{count}} people here" },
  selected: { one: "{{count}} shape selected", other: "{{count}} shapes selected" },
  deleted: { one: "{{count}} shape deleted", other: "{{count}} shapes deleted" },
  "rooms.unsent": {
    one: "{{count}} change not sent yet",
    other: "{{count}} changes not sent yet",
  },
  "status.offline": {
    one: "offline, {{count}} change waiting",
    other: "offline, {{count}} changes waiting",
  },
  "ago.minutes": {
    one: "{{count}} minute ago",
    other: "{{count}} minutes ago",
  },
  "ago.hours": {
    one: "{{count}} hour ago",
    other: "{{count}} hours ago",
  },
  "ago.days": {
    one: "{{count}} day ago",
    other: "{{count}} days ago",
  },
  "status.refused": {
    one: "not accepted now, {{count}} change waiting",
    other: "not accepted now, {{count}} changes waiting",
  },
  "lost.count": { one: "{{count}} change was refused", other: "{{count}} changes were refused" },
} as const;

export type FirstKey = keyof typeof en;
export type PluralKey = keyof typeof enPlurals;
export type Texts = { readonly [key in FirstKey]: string };

/** English and German have two forms, Russian and Belarusian four ("other" is for fractions). */
export type TwoForms = { readonly one: string; readonly other: string };
export type FourForms = TwoForms & { readonly few: string; readonly many: string };
export type Plurals<Forms> = { readonly [key in PluralKey]: Forms };
