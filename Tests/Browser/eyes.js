// Runs in every page before its own scripts: what is drawn on the canvas is written down, so that a
// test can wait until somebody would see it. Shapes are drawn on a canvas beside the page and then
// copied to the one on it, which gets the cursors.
(() => {
  const seen = { texts: [], names: [], frames: [], keys: [], violations: [] };
  Object.defineProperty(window, "seen", { value: seen });
  const now = () => performance.timeOrigin + performance.now();
  const before = (name, look) => {
    const real = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      look(this.canvas.isConnected, given);
      return real.apply(this, given);
    };
  };
  before("fillRect", (isShown, [x, y]) => {
    if (!isShown && x === 0 && y === 0) seen.texts = [];
  });
  before("fillText", (isShown, [text]) => (isShown ? seen.names : seen.texts).push(text));
  before("drawImage", (isShown) => {
    if (!isShown) return;
    seen.names = [];
    const all = seen.texts.join("");
    if (seen.frames.at(-1)?.[0] !== all) seen.frames.push([all, now()]);
  });
  addEventListener("keydown", () => seen.keys.push(now()), true);
  addEventListener("securitypolicyviolation", (event) => {
    seen.violations.push(`${event.violatedDirective} ${event.blockedURI}`);
  });
})();
