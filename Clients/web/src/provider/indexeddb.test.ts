import { test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { until } from "../testing/hub";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const source = `${process.env.JAMBOREE_ROOT}/Clients/web/src/testing/browser-checks.ts`;
const skip = existsSync(chromium) ? false : `no browser at ${chromium}`;

test("a browser's IndexedDB keeps boards", { skip, timeout: 60_000 }, async () => {
  const script = execFileSync(
    "esbuild", [source, "--bundle", "--platform=browser"], { encoding: "utf8" },
  );
  const folder = mkdtempSync(`${tmpdir()}/jamboree-browser-`);
  let report: (text: string) => void = () => undefined;
  const reported = new Promise<string>((done) => (report = done));
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += new TextDecoder().decode(chunk)));
    request.on("end", () => {
      if (request.method === "POST") report(text);
      const page = request.url === "/page";
      response.writeHead(200, { "Content-Type": page ? "text/html" : "text/javascript" });
      response.end(page ? '<!doctype html><script src="/script"></script>' : script);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const browser = spawn(chromium, [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
    "--disable-background-networking", `--user-data-dir=${folder}`,
    "--remote-debugging-port=0", `http://127.0.0.1:${server.address().port}/page`,
  ], { stdio: ["ignore", "ignore", "ignore"], detached: true });
  try {
    const checks = await reported;
    assert(checks.split("\n").length >= 9, checks);
    assert(!checks.includes("WRONG"), checks);
  } finally {
    const gone = new Promise<void>((done) => browser.once("exit", () => done()));
    // It is many processes, in a group of their own.
    process.kill(-browser.pid, "SIGKILL");
    await gone;
    server.closeAllConnections();
    server.close();
    await until("its folder is gone", () => {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        return false; // one of them is still writing
      }
      return true;
    });
  }
});
