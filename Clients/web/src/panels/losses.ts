import type { LostShape } from "../board";

/** What a refusal took: stays until it is closed, because texts may have to be saved from it. */
export interface LostNotice {
  readonly number: number;
  readonly code: string;
  /** How many changes were refused; 0 if nothing was, or nobody knows. */
  readonly refused: number;
  /** Those that were not on the board when it was last looked at. */
  readonly texts: readonly string[];
  /** Something other than texts did not go through. */
  readonly more: boolean;
}

export interface Lost {
  readonly code: string;
  readonly shapes: readonly Pick<LostShape, "change" | "text">[];
}

/** Texts in something that others have deleted. */
export const buriedTexts = (texts: readonly string[]): Lost => ({
  code: "deleted", shapes: texts.map((text) => ({ change: "changed", text })),
});

/** More would only hide the board; what one more takes the place of is told here. */
const MOST = 20;

const trimmed = (text: string): string => text.trim();

/** `there`: the texts on the board, as `textsOn` has them. */
export function withLoss(
  notices: readonly LostNotice[],
  { code, shapes }: Lost,
  there: ReadonlySet<string>,
): readonly LostNotice[] {
  const told = code === "deleted" ? textsIn(notices, code) : none;
  const texts = shapes
    .filter(({ change, text }) => change !== "deleted" && isMissing(text, there))
    .map(({ text }) => text)
    .filter((text) => !told.has(trimmed(text)));
  // nobody refused anything: there is nothing else to say
  if (code === "deleted" && texts.length === 0) return notices;
  const notice: LostNotice = {
    number: 1 + Math.max(0, ...notices.map(({ number }) => number)),
    code, texts,
    refused: code === "deleted" ? 0 : shapes.length,
    more: shapes.length > texts.length,
  };
  return [...room(notices), notice];
}

/** One that holds no text goes first, and only then the oldest. */
function room(notices: readonly LostNotice[]): readonly LostNotice[] {
  if (notices.length < MOST) return notices;
  const leaving = notices.find(({ texts }) => texts.length === 0) ?? notices[0];
  return notices.filter((one) => one !== leaving);
}

/** Without the texts that are on the board again, and without notices that told of nothing else. */
export function stillLost(
  notices: readonly LostNotice[],
  there: ReadonlySet<string>,
): readonly LostNotice[] {
  const now = notices.flatMap((notice) => {
    const texts = notice.texts.filter((text) => isMissing(text, there));
    if (texts.length === notice.texts.length) return notice;
    return texts.length === 0 && !notice.more ? [] : { ...notice, texts };
  });
  return now.length === notices.length && now.every((one, at) => one === notices[at])
    ? notices : now;
}

const none: ReadonlySet<string> = new Set();

/** What an open field and the document have both lost is one loss. */
const textsIn = (notices: readonly LostNotice[], code: string): ReadonlySet<string> =>
  new Set(notices.flatMap((one) => (one.code === code ? one.texts.map(trimmed) : [])));

const isMissing = (text: string, there: ReadonlySet<string>): boolean =>
  trimmed(text) !== "" && !there.has(trimmed(text));
