/**
 * Tab goes from shape to shape, so on a full board it would hold the keyboard for a long time:
 * after Escape with nothing selected the next Tab goes on to what comes after the board.
 */
export interface Leaving {
  ask(): void;
  readonly asked: boolean;
  stop(): void;
}

export function createLeaving(canvas: HTMLElement): Leaving {
  let asked = false;
  const stay = (): void => void (asked = false);
  canvas.addEventListener("focus", stay);
  canvas.addEventListener("pointerdown", stay);
  return {
    ask: () => void (asked = true),
    get asked() {
      return asked;
    },
    stop() {
      canvas.removeEventListener("focus", stay);
      canvas.removeEventListener("pointerdown", stay);
    },
  };
}
