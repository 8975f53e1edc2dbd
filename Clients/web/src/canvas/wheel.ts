/** What a wheel event says, without the DOM. */
export interface WheelInput {
  readonly dx: number;
  readonly dy: number;
  /** 0 pixels, 1 lines, 2 pages (WheelEvent.deltaMode). */
  readonly mode: number;
  readonly zoomKey: boolean;
  readonly shift: boolean;
  /** The wheel is turned while it is held down. */
  readonly held: boolean;
  readonly time: number;
}

export type Device = "mouse" | "trackpad";

export interface WheelMemory {
  readonly device: Device;
  readonly time: number;
}

export type WheelAction =
  | { readonly do: "zoom"; readonly factor: number }
  | { readonly do: "pan"; readonly dx: number; readonly dy: number };

/** A run of events within this time comes from one device, however single events look. */
const RUN = 400;

export const NO_WHEEL: WheelMemory = { device: "mouse", time: -Infinity };

/**
 * A mouse wheel zooms, a trackpad pans. No browser tells them apart, so it is guessed at the
 * start of a run: a wheel moves in lines or in whole large steps and never sideways.
 */
export function wheel(memory: WheelMemory, input: WheelInput): [WheelMemory, WheelAction] {
  const device = input.time - memory.time < RUN ? memory.device : guess(input);
  const next = { device, time: input.time };
  const unit = input.mode === 1 ? 16 : input.mode === 2 ? 400 : 1;
  const dx = input.dx * unit;
  const dy = input.dy * unit;
  if (input.zoomKey || input.held || (device === "mouse" && !input.shift)) {
    return [next, { do: "zoom", factor: zoomFactor(dy === 0 ? dx : dy, device) }];
  }
  if (input.shift && dx === 0) return [next, { do: "pan", dx: -dy, dy: 0 }];
  return [next, { do: "pan", dx: -dx, dy: -dy }];
}

function guess(input: WheelInput): Device {
  if (input.mode !== 0) return "mouse";
  if (input.zoomKey) return Math.abs(input.dy) < 40 ? "trackpad" : "mouse";
  if (input.dx !== 0) return input.shift && input.dy === 0 ? "mouse" : "trackpad";
  return Math.abs(input.dy) >= 50 ? "mouse" : "trackpad";
}

/** A pinch reports small exact steps; a notch of a wheel is capped, or one turn would jump. */
function zoomFactor(delta: number, device: Device): number {
  const most = device === "trackpad" ? 30 : 20;
  const capped = Math.max(-most, Math.min(most, delta));
  return Math.exp(-capped / 100);
}
