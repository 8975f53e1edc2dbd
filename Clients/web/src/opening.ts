/** How long the hub may take for the page before the kept one is shown, in ms. */
export const PATIENCE = 3000;

/**
 * The page as the hub answers it, also where it says that there is none. The kept one (the same for
 * every address) if the hub cannot be reached, cannot answer, or does not within `patience`: a hub
 * that hangs must not keep anybody from the board in their browser.
 */
export async function openPage(
  ask: () => Promise<Response>,
  kept: () => Promise<Response | undefined>,
  patience: number = PATIENCE,
): Promise<Response> {
  const asked = ask();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), patience);
  });
  const usable = asked.then(
    (answer) => (answer.status >= 500 ? undefined : answer),
    () => undefined,
  );
  const answer = await Promise.race([usable, late]);
  clearTimeout(timer);
  return answer ?? (await kept()) ?? asked;
}

/**
 * Which caches go when the one named `own` is in use: not the newest before it, for a page that is
 * open may still want a file of its own build. `names` are oldest first.
 */
export function outdated(names: readonly string[], own: string): readonly string[] {
  return names.filter((name) => name.startsWith("jamboree-") && name !== own).slice(0, -1);
}
