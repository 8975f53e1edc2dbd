/** What a first visit of a participant does without. */
import { later } from "./later";

export const Keys = later(() => import("./Keys").then((file) => file.Keys));
export const Share = later(() => import("./Share").then((file) => file.Share));
export const Lead = later(() => import("./Lead").then((file) => file.Lead));
