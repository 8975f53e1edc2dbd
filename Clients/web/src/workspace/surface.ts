import type { Size } from "../canvas/camera";

/** Sharp at every device pixel ratio, and drawn at most once a frame, only when asked for. */
export interface Surface {
  readonly size: Size;
  readonly ratio: number;
  /** Something has changed. */
  wake(): void;
  stop(): void;
}

/** More would cost memory and time, and nobody sees it. */
const MOST_RATIO = 3;

export function createSurface(
  canvas: HTMLCanvasElement,
  draw: (ctx: CanvasRenderingContext2D, now: number) => void,
): Surface {
  // an opaque board need not be blended with the page below
  const ctx = canvas.getContext("2d", { alpha: false });
  let size: Size = { width: 1, height: 1 };
  let ratio = 1;
  let frame = 0;
  let stopped = false;

  function resize(): void {
    const box = canvas.getBoundingClientRect();
    size = { width: Math.max(1, box.width), height: Math.max(1, box.height) };
    ratio = Math.min(MOST_RATIO, window.devicePixelRatio || 1);
    const width = Math.round(size.width * ratio);
    const height = Math.round(size.height * ratio);
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
    }
    wake();
  }

  function wake(): void {
    if (frame === 0 && !stopped) frame = requestAnimationFrame(run);
  }

  function run(now: number): void {
    frame = 0;
    if (ctx && !stopped) draw(ctx, now);
  }

  const observer = new ResizeObserver(() => {
    resize();
    // at once, or the canvas that was just emptied would be seen
    if (frame !== 0) cancelAnimationFrame(frame);
    run(performance.now());
  });
  observer.observe(canvas);
  resize();
  return {
    get size() {
      return size;
    },
    get ratio() {
      return ratio;
    },
    wake,
    stop() {
      stopped = true;
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
  };
}
