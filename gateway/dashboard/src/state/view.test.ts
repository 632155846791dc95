import { describe, expect, test } from "vitest";
import { parseView, writeView } from "./view";

describe("the view in the URL", () => {
  test("a bare address is the default view, and the default view a bare address", () => {
    const view = parseView("");
    expect(view).toMatchObject({ site: "", page: "overview", range: { word: "last30" }, metric: "visitors" });
    expect(writeView(view)).toBe("?");
  });

  test("everything chosen comes back from the address", () => {
    const written =
      "?site=my.site&view=live&range=2026-01-01..2026-01-31&interval=week&metric=bounce_rate" +
      "&filter=is,country,DE,FR&filter=contains_not,page,/a%26b&sources=utm_term&table=yes&theme=dark";
    const view = parseView(written);
    expect(view.filters).toEqual([
      { operator: "is", dimension: "country", values: ["DE", "FR"] },
      { operator: "contains_not", dimension: "page", values: ["/a&b"] },
    ]);
    expect(writeView(view)).toBe(written);
  });

  test("what cannot be read is left at its default", () => {
    const written = "?range=2026-02-31..2026-03-01&metric=nothing&filter=is,country&filter=eq,page,x&pages=country";
    expect(writeView(parseView(written))).toBe("?");
  });

  test.each(["a,b", "a\\,b", "", "+ %2C #?&=", "<img onerror>", "\u202eemoji 🎉"])("the value %j survives", (value) => {
    const view = { ...parseView(""), filters: [{ operator: "is", dimension: "page", values: [value, "/"] } as const] };
    expect(parseView(writeView(view)).filters).toEqual(view.filters);
  });
});
