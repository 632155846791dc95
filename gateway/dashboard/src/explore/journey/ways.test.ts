import { expect, test } from "vitest";
import type { JourneyGroup } from "../../api/explore";
import { columnsOf, journeyJson, pickedIn, readJourney, valueName, writeJourney } from "./ways";

const GROUP: JourneyGroup = {
  value: "",
  visits: 100,
  nodes: [
    { step: 0, value: "/", visits: 100, left: 30 },
    { step: 1, value: "/a", visits: 50, left: 40 },
    { step: 1, value: "(other)", visits: 20, left: 20 },
    { step: 2, value: "/b", visits: 10, left: 10 },
  ],
  links: [
    { step: 0, from: "/", to: "/a", visits: 50 },
    { step: 0, from: "/", to: "(other)", visits: 20 },
    { step: 1, from: "/a", to: "/b", visits: 10 },
  ],
};

test("each column holds its values and those that went no further", () => {
  const columns = columnsOf(GROUP, false, null);
  expect(columns.map(({ left }) => left)).toEqual([0, 30, 60]);
  expect(columns[1]?.rows).toEqual([
    { value: "/a", visits: 50 },
    { value: "(other)", visits: 20 },
  ]);
  expect(columnsOf(GROUP, true, null).map(({ step }) => step)).toEqual([2, 1, 0]);
});

test("beside a picked place stands where its visits came from and went", () => {
  const columns = columnsOf(GROUP, false, { step: 1, value: "/a" });
  expect(columns.map(({ rows }) => rows.map(({ visits }) => visits))).toEqual([[50], [50, null], [10]]);
  expect(columns.map(({ left }) => left)).toEqual([null, null, 40]);
  const others = columnsOf(GROUP, false, { step: 1, value: "(other)" });
  expect(others[2]).toEqual({ step: 2, rows: [{ value: "/b", visits: 0 }], left: 20 });
  expect(pickedIn(GROUP, { step: 2, value: "/a" })).toBeNull();
});

test("a journey is read from the URL as it was written", () => {
  const own = { end: "goal:Signup", of: "events", steps: "5", top: "20", by: "country", group: "DE", at: "1:/a:b" };
  expect(writeJourney(readJourney(own))).toEqual(own);
  expect(readJourney({ steps: "11", at: "x" })).toMatchObject({ steps: 3, picked: null, place: null });
  expect(journeyJson(readJourney({}))).toBeNull();
  expect(journeyJson(readJourney({ start: "page:/" }))).toEqual({
    start: { page: "/" },
    of: "pages",
    steps: 3,
    limit: 10,
  });
});

test("values are text, and the rest has a name", () => {
  expect(valueName("(other)")).toBe("Others");
  expect(valueName("/a\u202eb")).toBe("/a[U+202E]b");
});
