// Tells the service worker which files make the app's shell.
//
// The list and its hash are written into sw.js at the end of the build, so any change of any file makes another sw.js,
// and that is how browsers notice that there is a newer client.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const LIST = "__SHELL_FILES__";
const VERSION = "__SHELL_VERSION__";

export function shell(): Plugin {
  let publicDir = "";
  return {
    name: "shell",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle(_options, bundle) {
      const hash = createHash("sha256");
      const files: string[] = [];
      const add = (name: string, bytes: string | Uint8Array) => {
        hash.update(name).update(bytes);
        // index.html is asked for as what it is served as.
        files.push(name === "index.html" ? "/" : `/${name}`);
      };
      for (const name of Object.keys(bundle).sort()) {
        const file = bundle[name]!;
        if (name !== "sw.js") add(name, file.type === "chunk" ? file.code : file.source);
      }
      for (const name of readdirSync(publicDir).sort()) add(name, readFileSync(join(publicDir, name)));
      const worker = bundle["sw.js"];
      if (worker?.type !== "chunk" || !worker.code.includes(LIST)) throw new Error("sw.js takes no list of files");
      if (worker.imports.length > 0) throw new Error("sw.js must stand alone");
      const version = hash.digest("hex").slice(0, 16);
      worker.code = worker.code.replace(LIST, files.join("\\n")).replace(VERSION, version);
    },
  };
}
