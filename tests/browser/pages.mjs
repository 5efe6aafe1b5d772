// A real ledger, its reports, and a browser to open them in.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const programs = resolve(process.env.ENVAUDIT_BIN ?? "../../target/debug");
const key = "07".repeat(32);
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const reports = ["access", "privileged", "failures", "config"];

/** Makes the ledger and a page of each report; gives the pages' addresses, and how to take all away again. */
export function make() {
  const folder = mkdtempSync(join(tmpdir(), "envaudit-pages-"));
  const ledger = join(folder, "audit");
  const env = { PATH: process.env.PATH, ENVAUDIT_SIGNING_KEY: key, ENVAUDIT_LEDGER: ledger };
  const run = (...args) => execFileSync(join(programs, "envaudit_command"), args, { cwd: folder, env, stdio: "pipe" });
  execFileSync(join(programs, "quarter_ledger"), [ledger]);
  // The command itself records too.
  for (const port of ["80", "443"]) {
    writeFileSync(join(folder, ".env"), `SHOP_PORT=${port}\nSHOP_API_KEY=canary-of-the-browser\n`);
    run("record", "--actor", "admin:ada", "--reason", "by hand", "--resource", "by-hand/prod");
  }
  const pages = {};
  for (const report of reports) {
    const file = join(folder, `${report}.html`);
    run("report", report, "--format", "html", "--output", file);
    pages[report] = pathToFileURL(file).href;
  }
  return { pages, remove: () => rmSync(folder, { recursive: true }) };
}

/** Starts the browser. */
export function start() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
}

/** Opens a page, and keeps what it asks of the network and what it says on the console. */
export async function open(browser, address, options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    timezoneId: "Europe/Berlin",
    ...options,
  });
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("dialog", (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(address);
  return { page, said, asked, close: () => context.close() };
}

/** The contrast of two colours as WCAG 2.2 defines it. */
export function contrast(one, other) {
  const luminance = (color) => {
    const [r, g, b] = color
      .match(/[\d.]+/g)
      .slice(0, 3)
      .map((part) => Number(part) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}
