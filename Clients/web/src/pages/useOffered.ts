import { useEffect, useState } from "react";
import { openStore } from "../provider";
import type { Answer, Offer, Role, Session } from "../provider";

/** In ms: how often a hub is asked that gave no answer, and the store whether something waits. */
const AGAIN = 4000;
const LOOK = 1000;

/** What the hub says of a link; null until it does. A hub that is away is asked again and again. */
export function useAnswer(offer: Offer): Answer<{ readonly role: Role }> | null {
  const [answer, setAnswer] = useState<Answer<{ readonly role: Role }> | null>(null);
  useEffect(() => {
    let gone = false;
    let isAsking = false;
    let timer: number | undefined;
    const ask = async (): Promise<void> => {
      if (isAsking) return;
      clearTimeout(timer);
      isAsking = true;
      const found = await offer.check();
      isAsking = false;
      if (gone) return;
      setAnswer(found);
      if (found.ok || found.error === "bad-invitation") removeEventListener("online", wake);
      else timer = window.setTimeout(ask, found.after ? 1000 * found.after : AGAIN);
    };
    const wake = (): void => void ask();
    window.addEventListener("online", wake);
    void ask();
    return () => {
      gone = true;
      clearTimeout(timer);
      removeEventListener("online", wake);
    };
  }, [offer]);
  return answer;
}

/** How many changes wait in all rooms of the jam; undefined until the store is asked. */
export function useUnsent({ jam, sub }: Session): number | "unknown" | undefined {
  const [unsent, setUnsent] = useState<number | "unknown">();
  useEffect(() => {
    let gone = false;
    const look = async (): Promise<void> => {
      // asked for each time: one that was late, or was closed, may be there by now
      const waiting = await (await openStore()).unsent(jam, sub);
      if (gone) return;
      setUnsent(waiting ? waiting.reduce((sum, { count }) => sum + count, 0) : "unknown");
    };
    void look();
    const timer = setInterval(() => void look(), LOOK);
    return () => {
      gone = true;
      clearInterval(timer);
    };
  }, [jam, sub]);
  return unsent;
}
