/** The control channel: JSON texts beside the boards (Protocol/wire.md, section 5). */

export interface Hello {
  readonly is: "hello";
  readonly you: { readonly sub: string; readonly name: string; readonly role: string };
  readonly frozen: boolean;
  /** A room for watching a recorded session: only its performance writes. */
  readonly review: boolean;
  readonly boards: readonly { readonly name: string; readonly epoch: number }[];
  readonly saving: boolean;
}

export type ControlMessage =
  | Hello
  | { readonly is: "reply"; readonly id: number; readonly ok: true; readonly body: Fields }
  | {
      readonly is: "reply";
      readonly id: number;
      readonly ok: false;
      readonly error: string;
      readonly reason: string;
    }
  | {
      readonly is: "error";
      readonly board: string | undefined;
      readonly error: string;
      readonly reason: string;
    }
  | { readonly is: "saving"; readonly ok: boolean; readonly reason: string };

/** A JSON object of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

function readHello(fields: Fields): Hello | undefined {
  const { you, room, boards } = fields;
  if (!isFields(you) || !isFields(room)) return undefined;
  const listed: readonly unknown[] = Array.isArray(boards) ? boards : [];
  return {
    is: "hello",
    you: { sub: text(you.sub), name: text(you.name), role: text(you.role) },
    frozen: room.frozen === true,
    review: room.review === true,
    boards: listed.filter(isFields).map((board) => ({
      name: text(board.name),
      epoch: typeof board.epoch === "number" ? board.epoch : 0,
    })),
    saving: fields.saving !== false,
  };
}

/** Undefined for what is not of this protocol, or of a later one. */
export function readControl(json: string): ControlMessage | undefined {
  let fields: unknown;
  try {
    fields = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isFields(fields)) return undefined;
  const [error, reason] = [text(fields.error), text(fields.reason)];
  switch (fields.type) {
    case "hello": return readHello(fields);
    case "reply": {
      const { id } = fields;
      if (typeof id !== "number") return undefined;
      return fields.ok === true
        ? { is: "reply", id, ok: true, body: fields }
        : { is: "reply", id, ok: false, error, reason };
    }
    case "error": {
      const board = typeof fields.board === "string" ? fields.board : undefined;
      return { is: "error", board, error, reason };
    }
    case "saving": return { is: "saving", ok: fields.ok === true, reason };
    default: return undefined;
  }
}
