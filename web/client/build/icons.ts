// Draws the icon: as SVG for browsers, as PNG for those that take nothing else (home screens).
//
// The picture is a few rectangles with round corners and a triangle, so a page of arithmetic does instead of a
// rasteriser: each pixel asks sixteen points whether they are inside.
import { crc32, deflateSync } from "node:zlib";
import type { Plugin } from "vite";

const GREEN = [0x2f, 0x5d, 0x50] as const;
const PAPER = [0xf6, 0xf3, 0xec] as const;
const SIDE = 32;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
  radius: number;
}

const BUBBLE: Box = { x: 6, y: 8.5, width: 20, height: 12.5, radius: 3 };
const TAIL = [
  { x: 10.5, y: 20.5 },
  { x: 16, y: 20.5 },
  { x: 10.5, y: 25.5 },
] as const;
const LINES: Box[] = [
  { x: 10, y: 12.2, width: 12, height: 1.6, radius: 0.8 },
  { x: 10, y: 15.7, width: 7.5, height: 1.6, radius: 0.8 },
];
const square = (radius: number): Box => ({ x: 0, y: 0, width: SIDE, height: SIDE, radius });

function inBox(box: Box, x: number, y: number): boolean {
  const dx = Math.max(box.x + box.radius - x, 0, x - (box.x + box.width - box.radius));
  const dy = Math.max(box.y + box.radius - y, 0, y - (box.y + box.height - box.radius));
  return dx * dx + dy * dy <= box.radius * box.radius;
}

function inTail(x: number, y: number): boolean {
  const [a, b, c] = TAIL;
  const side = (p: { x: number; y: number }, q: { x: number; y: number }) => (q.x - p.x) * (y - p.y) - (q.y - p.y) * (x - p.x);
  return side(a, b) >= 0 && side(b, c) >= 0 && side(c, a) >= 0;
}

/** `full`: to the edges, for systems that cut their own shape; the picture is smaller then. */
function png(size: number, full: boolean): Buffer {
  const scale = full ? 1.3 : 1;
  const ground = square(full ? 0 : 8);
  const rows = Buffer.alloc(size * (size * 4 + 1));
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let inside = 0;
      let paper = 0;
      for (let sample = 0; sample < 16; sample++) {
        const x = ((column + ((sample & 3) + 0.5) / 4) / size) * SIDE;
        const y = ((row + ((sample >> 2) + 0.5) / 4) / size) * SIDE;
        if (!inBox(ground, x, y)) continue;
        inside++;
        const px = (x - SIDE / 2) * scale + SIDE / 2;
        const py = (y - SIDE / 2) * scale + SIDE / 2;
        const bubble = inBox(BUBBLE, px, py) || inTail(px, py);
        if (bubble && !LINES.some((line) => inBox(line, px, py))) paper++;
      }
      const at = row * (size * 4 + 1) + 1 + column * 4;
      const share = inside === 0 ? 0 : paper / inside;
      GREEN.forEach((green, i) => (rows[at + i] = Math.round(green + (PAPER[i]! - green) * share)));
      rows[at + 3] = Math.round((inside / 16) * 255);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const parts = [chunk("IHDR", header), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))];
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), ...parts]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function svg(): string {
  const colour = (c: readonly number[]) => `#${c.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
  const box = (b: Box, fill: string) =>
    `<rect x="${b.x}" y="${b.y}" width="${b.width}" height="${b.height}" rx="${b.radius}" fill="${fill}"/>`;
  const tail = `<path d="M${TAIL.map((p) => `${p.x} ${p.y}`).join("L")}Z" fill="${colour(PAPER)}"/>`;
  const shapes = [
    box(square(8), colour(GREEN)),
    box(BUBBLE, colour(PAPER)),
    tail,
    ...LINES.map((line) => box(line, colour(GREEN))),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIDE} ${SIDE}">${shapes.join("")}</svg>\n`;
}

const FILES: Record<string, () => string | Buffer> = {
  "icon.svg": svg,
  "icon-192.png": () => png(192, false),
  "icon-512.png": () => png(512, false),
  "icon-full-512.png": () => png(512, true),
  "icon-full-180.png": () => png(180, true),
};

export function icons(): Plugin {
  return {
    name: "icons",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const draw = FILES[(request.url ?? "").slice(1)];
        if (!draw) return next();
        response.setHeader("Content-Type", request.url!.endsWith(".svg") ? "image/svg+xml" : "image/png");
        response.end(draw());
      });
    },
    generateBundle() {
      for (const [fileName, draw] of Object.entries(FILES)) this.emitFile({ type: "asset", fileName, source: draw() });
    },
  };
}
