// The pages of reports in a browser: what they ask of the network, show, find and print.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { contrast, make, open, reports, start } from "./pages.mjs";

let made;
let browser;

before(async () => {
  made = make();
  browser = await start();
});

after(async () => {
  await browser?.close();
  made?.remove();
});

const hostile = "</script><script>document.title='owned'</script>";

for (const report of reports) {
  const opened = (options) => open(browser, made.pages[report], options);

  test(`${report}: says nothing on the console and asks nothing of the network`, async () => {
    const { page, said, asked, close } = await opened();
    await page.mouse.move(400, 400);
    await page.keyboard.press("Tab");
    await page.mouse.wheel(0, 5000);
    assert.deepEqual(said, []);
    assert.deepEqual(
      asked.filter((address) => !address.startsWith("data:")),
      [made.pages[report]],
    );
    await close();
  });

  test(`${report}: texts of the ledger stay texts`, async () => {
    const { page, close } = await opened();
    assert.notEqual(await page.title(), "owned");
    assert.equal(await page.locator("script").count(), 1);
    assert.equal(await page.locator("img, iframe, object, embed, link[rel=stylesheet]").count(), 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll("[onload], [onerror], [onmouseover]").length), 0);
    assert.equal((await page.content()).includes("canary"), false);
    await close();
  });

  for (const [name, width] of [["a phone", 360], ["a small phone", 320], ["a tablet", 768]]) {
    test(`${report}: ${name} need not be scrolled sideways`, async () => {
      const { page, close } = await opened({ viewport: { width, height: 740 }, isMobile: true, hasTouch: true });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      assert.ok(wide <= width, `${wide} of ${width}`);
      const cut = await page.evaluate(() => {
        const right = document.documentElement.clientWidth + 1;
        const inside = (element) => !element.closest(".scroll, .skip");
        const all = Array.from(document.querySelectorAll("body *")).filter(inside);
        return all.filter((element) => element.getBoundingClientRect().right > right).map((it) => it.outerHTML.slice(0, 80));
      });
      assert.deepEqual(cut, []);
      await close();
    });
  }

  for (const colorScheme of ["light", "dark"]) {
    test(`${report}: every text can be read in ${colorScheme} colours`, async () => {
      const { page, close } = await opened({ colorScheme });
      const pairs = await page.evaluate(() => {
        const seen = new Map();
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {
          const element = walker.currentNode.parentElement;
          const shown = element.checkVisibility() && !element.closest("script, style, svg");
          if (!shown || !walker.currentNode.textContent.trim()) continue;
          let behind = element;
          while (behind && getComputedStyle(behind).backgroundColor === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
          const pair = [getComputedStyle(element).color, getComputedStyle(behind ?? document.documentElement).backgroundColor];
          seen.set(pair.join(" on "), [...pair, element.outerHTML.slice(0, 60)]);
        }
        return Array.from(seen.values());
      });
      assert.ok(pairs.length > 3);
      for (const [ink, paper, where] of pairs) {
        const found = contrast(ink, paper);
        assert.ok(found >= 4.5, `${found.toFixed(2)}: ${ink} on ${paper} at ${where}`);
      }
      await close();
    });
  }

  test(`${report}: without script it says the same, in UTC`, async () => {
    const { page, close } = await opened({ javaScriptEnabled: false });
    assert.equal(await page.locator("#search").isVisible(), false);
    assert.match(await page.locator("#zone").textContent(), /^Times are UTC\.$/);
    assert.ok(await page.locator("h1").isVisible());
    assert.ok((await page.locator(".scroll tbody tr").count()) > 0);
    assert.match(await page.locator("time").first().textContent(), /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
    await close();
  });

  test(`${report}: has landmarks, headings in order, and headers of every column`, async () => {
    const { page, close } = await opened();
    for (const role of ["banner", "main", "contentinfo", "search"]) {
      assert.equal(await page.getByRole(role).count(), 1, role);
    }
    assert.equal(await page.locator("h1").count(), 1);
    assert.equal(await page.locator("h3, h4").count(), 0);
    for (const table of await page.locator(".scroll table").all()) {
      const headers = await table.getByRole("columnheader").count();
      const cells = await table.locator("tbody tr").first().getByRole("cell").count();
      assert.equal(headers, cells);
    }
    const names = await page.locator("[role=region], [role=img]").evaluateAll((all) =>
      all.map((it) => it.getAttribute("aria-label") ?? document.getElementById(it.getAttribute("aria-labelledby"))?.textContent),
    );
    assert.ok(names.every(Boolean));
    assert.equal(await page.evaluate(() => new Set(Array.from(document.querySelectorAll("[id]"), (it) => it.id)).size), await page.locator("[id]").count());
    await close();
  });

  test(`${report}: the verdict of verification is at the top`, async () => {
    const { page, close } = await opened();
    const verdict = page.locator(".verdict");
    assert.ok(await verdict.evaluate((it) => it === document.querySelector("main").firstElementChild));
    assert.match(await verdict.textContent(), /The record is intact.*ok-unanchored-tail/s);
    assert.ok((await verdict.boundingBox()).y < 500);
    await close();
  });
}

test("the search shows the rows that have every word, and says how many", async () => {
  const { page, close } = await open(browser, made.pages.access);
  const rows = page.locator(".scroll tbody tr:visible");
  const all = await rows.count();
  const words = page.getByRole("searchbox", { name: "Search the tables" });
  await words.fill("MALLORY session");
  const few = await rows.count();
  assert.ok(few > 0 && few < all, `${few} of ${all}`);
  for (const text of await rows.allTextContents()) {
    assert.match(text, /mallory/);
    assert.match(text, /session/);
  }
  assert.equal(await page.locator("#matches").textContent(), `${few} of ${all} rows`);
  await words.fill(hostile);
  assert.ok((await rows.count()) >= 1);
  assert.notEqual(await page.title(), "owned");
  await words.fill("nobody has this");
  assert.equal(await rows.count(), 0);
  await words.press("Escape");
  assert.equal(await rows.count(), all);
  assert.equal(await words.inputValue(), "");
  await words.press("Enter");
  assert.equal(page.url(), made.pages.access);
  await close();
});

test("the search narrows the timeline with its groups", async () => {
  const { page, close } = await open(browser, made.pages.config);
  await page.getByRole("searchbox").fill("search/prod");
  const groups = await page.locator(".timeline .group:visible").allTextContents();
  assert.deepEqual(groups, ["search/prod"]);
  const lines = await page.locator(".timeline tbody tr:not(.group):visible").count();
  assert.equal(lines, 2);
  await close();
});

test("times are the reader's, and UTC when pointed at", async () => {
  for (const [timezoneId, shown] of [
    ["Europe/Berlin", "2026-10-08 14:00:"],
    ["America/New_York", "2026-10-08 08:00:"],
    ["Asia/Tokyo", "2026-10-08 21:00:"],
  ]) {
    const { page, close } = await open(browser, made.pages.access, { timezoneId });
    const row = page.locator(".scroll tbody tr", { hasText: hostile }).first();
    const time = row.locator("time").first();
    assert.ok((await time.textContent()).startsWith(shown), `${timezoneId}: ${await time.textContent()}`);
    assert.match(await time.getAttribute("title"), /^2026-10-08 12:00:\d\d UTC$/);
    assert.match(await time.getAttribute("datetime"), /^2026-10-08T12:00:\d\d\.000000Z$/);
    assert.ok((await page.locator("#zone").textContent()).includes(timezoneId));
    await close();
  }
});

test("a time that is tapped is shown in UTC, and back", async () => {
  const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
  const { page, close } = await open(browser, made.pages.privileged, phone);
  assert.match(await page.locator("#zone").textContent(), /Europe\/Berlin; each shows its UTC when tapped/);
  const time = page.locator(".scroll time").first();
  const local = await time.textContent();
  const utc = await time.getAttribute("title");
  assert.notEqual(local, utc);
  await time.tap();
  assert.equal(await time.textContent(), utc);
  await time.tap();
  assert.equal(await time.textContent(), local);
  await close();
});

test("no column is out of sight at 1280 pixels, and days and hours are whole there and on paper", async () => {
  for (const report of reports) {
    const { page, close } = await open(browser, made.pages[report]);
    // A4 between its margins, in pixels of CSS.
    for (const [media, width] of [["screen", 1280], ["print", 688]]) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ media });
      if (media === "print") await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
      const hidden = await page.locator(".scroll").evaluateAll((all) => all.map((it) => it.scrollWidth - it.clientWidth));
      assert.ok(hidden.every((pixels) => pixels <= 0), `${report} ${media}: ${hidden}`);
      const lines = await page.locator(".scroll time").evaluateAll((all) =>
        all.map((it) => new Set(Array.from(it.getClientRects(), (line) => line.top)).size),
      );
      assert.ok(lines.every((count) => count <= 2), `${report} ${media}: ${Math.max(...lines)} lines`);
    }
    await close();
  }
});

test("dark colours are asked for by the reader's system", async () => {
  const paper = async (colorScheme) => {
    const { page, close } = await open(browser, made.pages.config, { colorScheme });
    const colours = await page.evaluate(() => [
      getComputedStyle(document.documentElement).backgroundColor,
      getComputedStyle(document.body).color,
      getComputedStyle(document.querySelector("rect.good")).fill,
    ]);
    await close();
    return colours;
  };
  const [light, dark] = [await paper("light"), await paper("dark")];
  light.forEach((colour, at) => assert.notEqual(colour, dark[at]));
  assert.ok(contrast(light[0], dark[0]) > 10);
});

test("a line of the timeline has a tick for each change, and says what it was", async () => {
  const { page, close } = await open(browser, made.pages.config);
  const line = page.locator(".timeline tbody tr", { hasText: "SHOP_FEATURE_CHECKOUT_V2" });
  const ticks = line.locator(".tick");
  assert.equal(await ticks.count(), 2);
  assert.match(await ticks.nth(0).getAttribute("class"), /good/);
  assert.match(await ticks.nth(1).getAttribute("class"), /bad/);
  assert.match(await ticks.nth(0).locator("title").textContent(), /^added on 2026-09-14 \d\d:\d\d:\d\d UTC$/);
  const [first, second] = [await ticks.nth(0).boundingBox(), await ticks.nth(1).boundingBox()];
  assert.ok(first.x < second.x);
  const label = await line.locator("svg").getAttribute("aria-label");
  assert.match(label, /^added on .*; removed on /);
  await close();
});

test("bars are as long as their counts", async () => {
  const { page, close } = await open(browser, made.pages.config);
  const bars = page.locator(".bars").first().locator("tr");
  const all = await bars.evaluateAll((rows) =>
    rows.map((row) => [Number(row.querySelector(".number").textContent), row.querySelector("rect").getBoundingClientRect().width]),
  );
  assert.ok(all.length >= 2);
  for (const [count, width] of all) {
    assert.ok(Math.abs(width / all[0][1] - count / all[0][0]) < 0.01, `${count}: ${width}`);
  }
  await close();
});

test("on paper there is no search, all is black on white, and times are UTC", async () => {
  const { page, close } = await open(browser, made.pages.config, { colorScheme: "dark" });
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator("#search").isVisible(), false);
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const ink = await page.evaluate(() => getComputedStyle(document.body).color);
  assert.deepEqual([paper, ink], ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]);
  const marks = await page.locator(".mark").evaluateAll((all) =>
    all.map((it) => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]),
  );
  for (const [text, behind] of marks) assert.ok(contrast(text, behind) >= 4.5, `${text} on ${behind}`);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  assert.match(await page.locator("main time").first().textContent(), / UTC$/);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  assert.doesNotMatch(await page.locator("main time").first().textContent(), / UTC$/);
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(wide <= 0, `${wide}`);
  await close();
});

test("the keyboard reaches the report, the search and the tables", async () => {
  const { page, close } = await open(browser, made.pages.failures);
  const reached = [];
  for (let presses = 0; presses < 6; presses += 1) {
    await page.keyboard.press("Tab");
    reached.push(await page.evaluate(() => document.activeElement.id || document.activeElement.className));
  }
  for (const place of ["skip", "words", "scroll"]) assert.ok(reached.includes(place), `${place}: ${reached}`);
  await close();
});
