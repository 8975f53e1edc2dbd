import type { Shape } from "../board";
import { text } from "../text";

/** What a screen reader says of a shape. */
export function describe(shape: Shape, index: number, count: number): string {
  const name = text(`shape.${shape.type}`);
  const values = { shape: name, color: text(`color.${shape.color}`), index, count };
  const content = shape.type === "pen" ? "" : shape.text.trim();
  const said =
    content === ""
      ? text("say.shape.bare", values)
      : text("say.shape", { ...values, text: content.slice(0, 300) });
  return shape.name === "" ? said : `${said} (${text("say.shape.by", { name: shape.name })})`;
}
