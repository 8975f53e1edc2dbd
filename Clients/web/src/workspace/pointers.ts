import { Camera, toDoc, zoomAt } from "../canvas/camera";
import type { DocPoint, ScreenPoint } from "../canvas/geometry";
import { movePinch, Pinch, pinchCamera, startPinch } from "../canvas/pinch";
import { NO_WHEEL, wheel } from "../canvas/wheel";
import { hand, handIdle, HandState } from "../tools/hand/hand";
import { Keys, strayed, Target, ToolEvent } from "../tools/tool";
import type { Placed } from "../tools/tool";

/** What the pointers move. */
export interface PointerHost {
  camera(): Camera;
  setCamera(camera: Camera): void;
  pan(dx: number, dy: number): void;
  /** The current tool's turn. */
  step(event: ToolEvent): void;
  target(at: DocPoint, screen: ScreenPoint, touch: boolean): Target;
  selection(): readonly Placed[];
  /** Two clicks at one place within 400 ms, with any tool that does not draw. */
  doubleClick(at: DocPoint, touch: boolean): void;
  /** Where the pointer is, for others; null when it left. */
  seen(at: DocPoint | null): void;
  /** Pointer without a button: which cursor fits. */
  hover(at: DocPoint, screen: ScreenPoint): void;
  pressed(): void;
  /** Space is held. */
  panning(): boolean;
}

const DOUBLE_CLICK = 400;

/** Translates the browser's pointers and wheel; returns the way out. */
export function attachPointers(canvas: HTMLCanvasElement, host: PointerHost): () => void {
  const touches = new Map<number, ScreenPoint>();
  let pinch: Pinch | null = null;
  let pan: HandState = handIdle;
  let wheelMemory = NO_WHEEL;
  let wheelHeld = false;
  let penSeen = false;
  let lastClick: { readonly at: ScreenPoint; readonly time: number } | null = null;
  let downAt: ScreenPoint | null = null;

  const place = (event: MouseEvent): ScreenPoint => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  function down(event: PointerEvent): void {
    if (event.button > 1) return;
    const screen = place(event);
    const touch = event.pointerType === "touch";
    penSeen ||= event.pointerType === "pen";
    event.preventDefault(); // else a press on the board takes the focus from it again
    canvas.focus({ preventScroll: true });
    capture(event.pointerId);
    host.pressed();
    if (touch) touches.set(event.pointerId, screen);
    if (touches.size === 2 && touch) return beginPinch();
    if (touches.size > 2) return;
    downAt = screen;
    wheelHeld = event.button === 1;
    const at = toDoc(host.camera(), screen);
    const pans = event.button === 1 || host.panning() || (touch && penSeen);
    const press: ToolEvent = {
      on: "down", pointer: event.pointerId, at, screen, keys: keysOf(event), touch,
      target: pans ? { on: "board" } : host.target(at, screen, touch),
      selection: host.selection(),
    };
    if (pans) pan = hand(handIdle, press)[0];
    else host.step(press);
  }

  function beginPinch(): void {
    host.step({ on: "cancel" });
    pan = handIdle;
    downAt = null;
    const [first, second] = [...touches].map(([pointer, at]) => ({ pointer, at }));
    if (first && second) pinch = startPinch(host.camera(), first, second);
  }

  function move(event: PointerEvent): void {
    const screen = place(event);
    if (touches.has(event.pointerId)) touches.set(event.pointerId, screen);
    if (pinch) {
      pinch = movePinch(pinch, event.pointerId, screen);
      return host.setCamera(pinchCamera(pinch));
    }
    const at = toDoc(host.camera(), screen);
    if (event.pointerType !== "touch" || touches.size === 1) host.seen(at);
    if (event.buttons === 0 && event.pointerType !== "touch") host.hover(at, screen);
    // between two frames a pen reports many places: all of them belong to the stroke
    const all = event.getCoalescedEvents?.() ?? [];
    for (const one of all.length > 0 ? all : [event]) {
      const there = place(one);
      step({
        on: "move", pointer: event.pointerId, keys: keysOf(event), screen: there,
        at: toDoc(host.camera(), there),
      });
    }
  }

  function step(event: ToolEvent): void {
    if (pan.at === "idle") return host.step(event);
    const [next, effects] = hand(pan, event);
    pan = next;
    for (const effect of effects) if (effect.do === "pan") host.pan(effect.dx, effect.dy);
  }

  function up(event: PointerEvent): void {
    const screen = place(event);
    touches.delete(event.pointerId);
    wheelHeld = false;
    if (pinch) {
      // the finger that stays does not begin to draw
      if (touches.size === 0) pinch = null;
      if (event.pointerType === "touch") host.seen(null);
      return;
    }
    const at = toDoc(host.camera(), screen);
    const touch = event.pointerType === "touch";
    step({ on: "up", pointer: event.pointerId, at, screen, keys: keysOf(event) });
    if (touch) host.seen(null);
    const still = downAt !== null && !strayed(downAt, screen, touch) && event.button === 0;
    downAt = null;
    if (still) clicked(at, screen, touch, event.timeStamp);
  }

  function clicked(at: DocPoint, screen: ScreenPoint, touch: boolean, time: number): void {
    const before = lastClick;
    lastClick = { at: screen, time };
    if (!before || time - before.time > DOUBLE_CLICK || strayed(before.at, screen, true)) return;
    lastClick = null;
    host.doubleClick(at, touch);
  }

  function cancel(event: PointerEvent): void {
    touches.delete(event.pointerId);
    if (touches.size === 0) pinch = null;
    pan = handIdle;
    wheelHeld = false;
    host.step({ on: "cancel" });
  }

  function turned(event: WheelEvent): void {
    event.preventDefault(); // Ctrl and the wheel would zoom the whole page
    const [memory, action] = wheel(wheelMemory, {
      dx: event.deltaX, dy: event.deltaY, mode: event.deltaMode, shift: event.shiftKey,
      zoomKey: event.ctrlKey || event.metaKey, held: wheelHeld, time: event.timeStamp,
    });
    wheelMemory = memory;
    if (action.do === "pan") return host.pan(action.dx, action.dy);
    const camera = host.camera();
    host.setCamera(zoomAt(camera, place(event), camera.zoom * action.factor));
  }

  function capture(pointer: number): void {
    try {
      canvas.setPointerCapture(pointer);
    } catch {
      // a pointer that is gone already, as in some automated input
    }
  }

  const leave = (event: PointerEvent): void => {
    if (event.buttons === 0) host.seen(null);
  };
  const menu = (event: Event): void => event.preventDefault();
  canvas.addEventListener("pointerdown", down);
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", cancel);
  canvas.addEventListener("pointerleave", leave);
  canvas.addEventListener("contextmenu", menu);
  canvas.addEventListener("wheel", turned, { passive: false });
  return () => {
    canvas.removeEventListener("pointerdown", down);
    canvas.removeEventListener("pointermove", move);
    canvas.removeEventListener("pointerup", up);
    canvas.removeEventListener("pointercancel", cancel);
    canvas.removeEventListener("pointerleave", leave);
    canvas.removeEventListener("contextmenu", menu);
    canvas.removeEventListener("wheel", turned);
  };
}

function keysOf(event: PointerEvent): Keys {
  return { shift: event.shiftKey, alt: event.altKey };
}
