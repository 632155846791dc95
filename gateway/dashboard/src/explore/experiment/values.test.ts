import { expect, test } from "vitest";
import { formatChance, formatDifference, formatLift, formatLoss, formatOwn, formatP } from "./values";

test("a chance is never rounded to certainty", () => {
  expect(formatChance(0.99996)).toBe("> 99.9%");
  expect(formatChance(0.9912)).toBe("99.1%");
  expect(formatChance(0.954)).toBe("95%");
  expect(formatChance(0.00001)).toBe("< 0.1%");
  expect(formatChance(null)).toBe("–");
  expect(formatP(3e-9)).toBe("< 0.0001");
  expect(formatP(0.0312)).toBe("0.031");
});

test("values and differences are told in the measure's own unit", () => {
  expect(formatOwn("conversion", "", 12.345)).toBe("12.3%");
  expect(formatOwn("count", "", 1.256)).toBe("1.26");
  expect(formatOwn("revenue", "EUR", 4.5)).toBe("€4.50");
  expect(formatDifference("conversion", "", 2.04)).toBe("+2 pts");
  expect(formatDifference("revenue", "EUR", -1)).toBe("-€1.00");
  expect(formatLoss("conversion", "", 1.234)).toBe("1.23 pts");
  expect(formatLoss("revenue", "EUR", 0.5)).toBe("€0.50");
  expect(formatLift(-12.34)).toBe("-12.3%");
  expect(formatLift(null)).toBe("–");
});
