import { describe, expect, test } from "vitest";
import { openedPage, parseView, writeView } from "./view";

function read(address: string) {
  const { pathname, search } = new URL(address, "http://localhost");
  return parseView(pathname, search);
}

describe("the view in the URL", () => {
  test("a bare address is the default view, and the default view a bare address", () => {
    const view = read("/");
    expect(view).toMatchObject({ page: "", site: "", range: { word: "last30" }, compare: "previous" });
    expect(writeView(view)).toBe("/");
  });

  test("everything chosen comes back from the address", () => {
    const written =
      "/?site=my.site&range=2026-01-01..2026-01-31&compare=2025-01-01..2025-01-31&weekdays=yes&interval=week" +
      "&metric=bounce_rate&filter=is,country,DE,FR&filter=any(contains_not,page,/a%26b;is,prop:plan,pro)" +
      "&sources=utm_term&events=prop:plan&details=entry_page&table=yes&theme=dark";
    const view = read(written);
    expect(view.filters).toEqual([
      { operator: "is", dimension: "country", values: ["DE", "FR"] },
      {
        group: "any",
        members: [
          { operator: "contains_not", dimension: "page", values: ["/a&b"] },
          { operator: "is", dimension: "prop:plan", values: ["pro"] },
        ],
      },
    ]);
    expect(writeView(view)).toBe(written);
  });

  test("a page keeps parameters of its own until another is opened", () => {
    const written = "/explore/funnel?site=a&order=strict&steps=/a,/b";
    const view = read(written);
    expect(view).toMatchObject({ page: "explore", place: "funnel", own: { order: "strict", steps: "/a,/b" } });
    expect(writeView(view)).toBe(written);
    expect(writeView(openedPage(view, "live"))).toBe("/live?site=a");
  });

  test("what cannot be read is left at its default", () => {
    const written =
      "/?range=2026-02-31..2026-03-01&compare=x&metric=none&filter=is,country&filter=eq,page,x&pages=country&details=a";
    expect(writeView(read(written))).toBe("/");
  });

  test.each(["a,b", "a\\,b", "", "+ %2C #?&=", "<img onerror>", "\u202eemoji 🎉"])("the value %j survives", (value) => {
    const view = { ...read("/"), filters: [{ operator: "is", dimension: "page", values: [value, "/"] } as const] };
    expect(read(writeView(view)).filters).toEqual(view.filters);
  });
});
