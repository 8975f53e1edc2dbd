import { later } from "../panels/later";
import { useText } from "../panels/hooks";
import { Plain } from "./Plain";

const Trust = later(() => import("./Trust").then((file) => file.Trust));

export function TrustPage() {
  const text = useText();
  return (
    <Plain title={text("trust.label")}>
      <Trust />
    </Plain>
  );
}
