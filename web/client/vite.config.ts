import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { compressed } from "./build/compressed.ts";
import { icons } from "./build/icons.ts";
import { policy } from "./build/policy.ts";
import { shell } from "./build/shell.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const service = process.env.BESEDA_URL ?? "http://127.0.0.1:8080";
const proxy = { "/v1": { target: service, changeOrigin: true } };

export default defineConfig({
  root: here("."),
  // Addresses from the root: the same files answer at `/` of the service, in the Mini App and in the Android app.
  base: "/",
  publicDir: here("public"),
  plugins: [icons(), shell(), compressed()],
  build: {
    outDir: here("../dist/client"),
    emptyOutDir: true,
    // What has top-level await, dialog, :has() and light-dark(): browsers of 2024.
    target: ["chrome123", "safari17.5", "firefox128"],
    // An inline script, which the policy forbids.
    modulePreload: { polyfill: false },
    // Everything is a file: the policy allows `data:` for images only, and small files are cached one by one.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { index: here("index.html"), sw: here("src/offline/worker.ts") },
      output: {
        // The service worker's address never changes: browsers look for a newer one there.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  server: { proxy },
  // As it will be served: with the policy, so that a violation is seen here first.
  preview: { proxy, headers: policy },
});
