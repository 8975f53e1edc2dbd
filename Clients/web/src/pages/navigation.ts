import { useEffect, useState } from "react";

/** The pages there are, by address. */
export type Place =
  | { readonly at: "home" }
  | { readonly at: "jam"; readonly jam: string }
  | { readonly at: "room"; readonly jam: string; readonly room: string }
  | { readonly at: "trust" }
  | { readonly at: "unknown" };

const slug = /^[a-z0-9_-]{1,64}$/;

export function placeOf(path: string): Place {
  const [first, jam, room, ...more] = path.split("/").filter((part) => part !== "");
  if (first === undefined) return { at: "home" };
  if (first === "trust" && jam === undefined) return { at: "trust" };
  if (first !== "j" || jam === undefined || !slug.test(jam) || more.length > 0) {
    return { at: "unknown" };
  }
  if (room === undefined) return { at: "jam", jam };
  return slug.test(room) ? { at: "room", jam, room } : { at: "unknown" };
}

const MOVED = "jamboree-moved";

/** Goes to another page without loading anything. */
export function go(path: string): void {
  history.pushState(null, "", path);
  window.dispatchEvent(new Event(MOVED));
}

export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.pathname));
  useEffect(() => {
    const moved = (): void => setPlace(placeOf(location.pathname));
    window.addEventListener("popstate", moved);
    window.addEventListener(MOVED, moved);
    return () => {
      window.removeEventListener("popstate", moved);
      window.removeEventListener(MOVED, moved);
    };
  }, []);
  return place;
}
