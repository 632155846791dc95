import { expect, test } from "vitest";
import { may, roleAt } from "./role";
import type { Account } from "./session";

const account = {
  roles: [
    { site: null, role: "analyst" },
    { site: "shop", role: "owner" },
    { site: "blog", role: "viewer" },
  ],
} as unknown as Account;

test("the greater role of a site and of every site counts", () => {
  expect(roleAt(account, "shop")).toBe("owner");
  expect(roleAt(account, "blog")).toBe("analyst");
  expect(roleAt(account, null)).toBe("analyst");
  expect(roleAt(null, "shop")).toBe("guest");
});

test("a role includes those before it", () => {
  expect(may("admin", "analyst")).toBe(true);
  expect(may("analyst", "analyst")).toBe(true);
  expect(may("guest", "viewer")).toBe(false);
});
