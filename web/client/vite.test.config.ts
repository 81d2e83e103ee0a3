// Compiles the tests for node's own test runner.
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const tests = readdirSync(here("tests")).filter((name) => name.endsWith(".test.ts") || name.endsWith(".test.tsx"));

export default defineConfig({
  root: here("."),
  publicDir: false,
  logLevel: "warn",
  build: {
    ssr: true,
    outDir: here("../dist/test"),
    emptyOutDir: true,
    target: "node20",
    minify: false,
    rollupOptions: {
      input: Object.fromEntries(tests.map((name) => [name.replace(/\.tsx?$/, ""), here(`tests/${name}`)])),
    },
  },
});
