import { expect, test } from "vitest";
import { formatDuration, formatMetric, formatShare, formatValue, safeLink, visible } from "./format";

test.each([
  [0, "0s"],
  [59.6, "1m 0s"],
  [83, "1m 23s"],
  [3720, "1h 2m"],
])("%s seconds are %s", (seconds, written) => expect(formatDuration(seconds)).toBe(written));

test("large counts are shortened on tiles and whole where exactness is asked for", () => {
  expect(formatMetric("visitors", 99_999, "short")).toBe("99,999");
  expect(formatMetric("visitors", 123_456, "short")).toBe("123.5K");
  expect(formatMetric("visitors", 123_456, "exact")).toBe("123,456");
  expect(formatMetric("bounce_rate", null, "short")).toBe("–");
});

test("small shares keep a decimal", () => {
  expect(formatShare(0.034)).toBe("3.4%");
  expect(formatShare(0.34)).toBe("34%");
  expect(formatShare(0)).toBe("0%");
});

test("codes become names, and what is no code stays text", () => {
  expect(formatValue("country", "DE")).toBe("Germany");
  expect(formatValue("country", "")).toBe("Unknown");
  expect(formatValue("country", "<b>")).toBe("<b>");
  expect(formatValue("region", "DE-BE")).toBe("BE, Germany");
  expect(formatValue("device", "mobile")).toBe("Phone");
});

test("characters that hide or turn text are written out", () => {
  expect(visible("a\u202etxt.exe")).toBe("a[U+202E]txt.exe");
  expect(visible("\u200b")).toBe("[U+200B]");
  expect(visible("  ")).toBe("(blank)");
  expect(visible("👩‍💻 /café")).toBe("👩‍💻 /café");
});

test("only http and https become links", () => {
  expect(safeLink("https://example.com/a")).toBe("https://example.com/a");
  expect(safeLink("javascript:alert(1)")).toBeNull();
  expect(safeLink("data:text/html,x")).toBeNull();
  expect(safeLink("example.com")).toBeNull();
});
