import type { Company } from "../provider";

/** What a facilitator has done with somebody. */
export interface Outcome {
  readonly done: "removed" | "readmitted";
  readonly sub: string;
  readonly name: string;
}

/** Whether it still is so: who was let back in may be here by now, or removed anew. */
export function holds({ done, sub }: Outcome, { people, removed }: Company): boolean {
  const isOut = removed.some((one) => one.sub === sub);
  return done === "removed" ? isOut : !isOut && !people.some((one) => one.sub === sub);
}
