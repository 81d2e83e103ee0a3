import "./browser.ts";
import assert from "node:assert/strict";
import { test } from "node:test";
import { linkEvent } from "../src/telegram/app.ts";
import { decide } from "../src/telegram/enter.ts";
import { parseLaunch, speaks, themeOf, type Launch, type Theme } from "../src/telegram/launch.ts";
import { colours } from "../src/telegram/theme.ts";

const user = { id: 5_123_456_789, first_name: "Анна + Co & <b>" };
const initData = new URLSearchParams({ user: JSON.stringify(user), auth_date: "1", hash: "00" }).toString();
const fragment = (fields: Record<string, string>) => `#${new URLSearchParams(fields)}`;
const opened = (fields: Record<string, string>) => parseLaunch(fragment({ tgWebAppVersion: "8.0", ...fields }))!;

test("a launch is read from the address", () => {
  const theme = { bg_color: "#FFFFFF", text_color: "#000000" };
  const read = opened({ tgWebAppData: initData, tgWebAppPlatform: "ios", tgWebAppThemeParams: JSON.stringify(theme) });
  // Byte for byte, as it is what was signed.
  assert.equal(read.initData, initData);
  assert.deepEqual([read.person, read.version, read.theme], ["5123456789", "8.0", { bg_color: "#ffffff", text_color: "#000000" }]);
});

test("what Telegram did not write is none", () => {
  for (const hash of ["", "#", "#/", "#/d/abc", "#/settings/plan", "#state=1&id_token=2", "#tgWebAppData=x"]) assert.equal(parseLaunch(hash), null, hash);
});

test("whatever stands in an address, it is read or passed over", () => {
  for (const tgWebAppData of ["", "user=", "user={}", "user=null", "user=5", "user=%7B%22id%22%3A%225%22%7D", "%%%"]) {
    assert.equal(opened({ tgWebAppData }).person, null, tgWebAppData);
  }
  assert.equal(opened({ tgWebAppVersion: "<b>" }).version, "6.0");
  for (const tgWebAppThemeParams of ["", "null", "[]", "5", '"x"', "{", '{"bg_color":5}', '{"bg_color":"url(//evil.example)"}', '{"bg_color":"#fff"}']) {
    assert.deepEqual(opened({ tgWebAppThemeParams }).theme, {}, tgWebAppThemeParams);
  }
  assert.deepEqual(themeOf({ bg_color: "#0A0b0c", more: "red;}" }), { bg_color: "#0a0b0c" });
});

test("versions are compared by their numbers", () => {
  const at = (version: string) => ({ version }) as Launch;
  assert.deepEqual(["6.0", "6.9", "6.10", "7.0"].map((version) => speaks(at("6.9"), version)), [true, true, false, false]);
  assert.deepEqual(["6.9", "7.10", "8", "8.0.1"].map((version) => speaks(at("8.0"), version)), [true, true, true, false]);
});

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
}

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light! + 0.05) / (dark! + 0.05);
}

test("Telegram's colours are taken as far as they can be read", () => {
  const themes: Theme[] = [
    { bg_color: "#ffffff", text_color: "#000000", hint_color: "#707579", link_color: "#3390ec", button_color: "#3390ec", button_text_color: "#ffffff", secondary_bg_color: "#f4f4f5" },
    { bg_color: "#17212b", text_color: "#f5f5f5", hint_color: "#708499", link_color: "#6ab3f3", button_color: "#5288c1", button_text_color: "#ffffff", section_bg_color: "#17212b" },
    { bg_color: "#777777", text_color: "#787878", hint_color: "#777777", button_text_color: "#777777", section_bg_color: "#ffffff" },
    { bg_color: "#000000", text_color: "#000000" },
  ];
  for (const theme of themes) {
    const { variables: found } = colours(theme)!;
    assert.equal(found["--paper"], theme.bg_color);
    for (const [text, ground] of [["--ink", "--paper"], ["--ink", "--card"], ["--soft", "--paper"], ["--soft", "--card"], ["--accent", "--paper"], ["--on-accent", "--accent"]]) {
      const reached = contrast(found[text!]!, found[ground!]!);
      assert.ok(reached >= 4.4, `${text} on ${ground} of ${theme.bg_color}: ${reached}`);
    }
  }
  assert.deepEqual(themes.map((theme) => colours(theme)!.scheme), ["light", "dark", "light", "dark"]);
  assert.equal(colours({}), null);
  assert.equal(colours({ bg_color: "#ffffff" }), null);
});

test("whose tokens are here decides whether the launch is used", () => {
  assert.equal(decide(false, null, "5"), "enter");
  // Loaded again.
  assert.equal(decide(true, "5", "5"), "stay");
  // Another account of the same Telegram app.
  assert.equal(decide(true, "5", "6"), "change");
  // Begun without Telegram: not left.
  assert.equal(decide(true, null, "5"), "stay");
});

test("Telegram opens its own links inside, others outside", () => {
  assert.deepEqual(linkEvent("https://example.org/?a=1", true), { event: "web_app_open_link", data: { url: "https://example.org/?a=1" } });
  assert.deepEqual(linkEvent("https://t.me/bot?start=x", true), { event: "web_app_open_tg_link", data: { path_full: "/bot?start=x" } });
  for (const path of ["$abc-1", "invoice/abc-1"]) {
    assert.deepEqual(linkEvent(`https://t.me/${path}`, true), { event: "web_app_open_invoice", data: { slug: "abc-1" } });
  }
  assert.equal(linkEvent("https://t.me/bot", false).event, "web_app_open_link");
});
