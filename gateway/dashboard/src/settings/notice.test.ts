import { expect, test } from "vitest";
import { noticeOf } from "./notice";

const SITE = { id: "shop", timezone: "UTC", identity: "daily", domains: ["shop.example"], retention: 25 } as const;

test("the notice says what the site's settings are", () => {
  const told = noticeOf(SITE, false).join("\n");
  expect(told).toContain("how shop.example is used");
  expect(told).toContain("destroyed after 48 hours");
  expect(told).toContain("deleted after 25 months");
  expect(told).toContain("nothing is recorded");
  expect(told).not.toContain("signed in");
});

test("each setting changes what is told", () => {
  const site = {
    ...SITE,
    identity: "memory",
    domains: [],
    retention: "forever",
    ignorePrivacySignals: true,
    queryParameters: ["id", "tab"],
    hashRouting: true,
  } as const;
  const told = noticeOf(site, true).join("\n");
  expect(told).toContain("this website");
  expect(told).toContain("gone once you close or reload the page");
  expect(told).toContain("“id” and “tab” and with the part after #");
  expect(told).toContain("without a time limit");
  expect(told).toContain("write to us");
  expect(told).toContain("If you are signed in");
  expect(noticeOf({ ...SITE, retention: 1 }, false).join()).toContain("after 1 month.");
});
