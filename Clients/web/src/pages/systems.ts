/** Systems that keep certificates each in their own way; Firefox has its own everywhere. */
export const systems = ["windows", "mac", "linux", "firefox", "android", "ios"] as const;
export type System = (typeof systems)[number];

/** Which one is most likely in use. `touches`: more than one finger; iPads say they are Macs. */
export function guessSystem(agent: string, touches: boolean): System {
  if (/iphone|ipad/i.test(agent) || (/macintosh/i.test(agent) && touches)) return "ios";
  // on Android also Firefox asks the system
  if (/android/i.test(agent)) return "android";
  if (/firefox/i.test(agent)) return "firefox";
  if (/windows/i.test(agent)) return "windows";
  return /macintosh/i.test(agent) ? "mac" : "linux";
}
