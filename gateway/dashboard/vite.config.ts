import { defineConfig } from "vite";

/** Where `npm run dev` sends API calls: a running mesh's gateway. */
const gateway = "http://127.0.0.1:4001";

export default defineConfig({
  // Everything is a file of its own: an inlined data: URL would need a wider Content-Security-Policy.
  build: { target: "es2023", assetsInlineLimit: 0, modulePreload: { polyfill: false }, reportCompressedSize: false },
  server: { proxy: { "/api": { target: gateway, ws: true } } },
});
