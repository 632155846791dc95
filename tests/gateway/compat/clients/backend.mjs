// Segment's library for Node: GATEWAY KEY
import { Analytics } from "@segment/analytics-node";

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host });
const failures = [];
analytics.on("error", (error) => failures.push(error));
const context = { ip: "192.0.2.7", userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
analytics.track({
  userId: "u-42",
  event: "Order Completed",
  properties: { revenue: 39.95, currency: "EUR", plan: "pro", products: [{ sku: "a" }] },
  context,
});
analytics.page({ userId: "u-42", name: "Cart", properties: { url: "http://shop.example/cart" }, context });
analytics.identify({ userId: "u-42", traits: { email: "someone@shop.example" } });
await analytics.closeAndFlush();
if (failures.length) throw new Error(JSON.stringify(failures));
