// The dashboard's plots, to be read off at the pointer or by keys. Everything they show stands in the page: figures and
// words in the table below each plot, the lines and labels in the server's drawing, whose place they take.

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** As high as the drawing that it takes the place of, about. */
const HEIGHT = 220;
/** Days of a step by PageUp and PageDown. */
const WEEK = 7;

interface Series {
  label: string;
  class: string;
  values: (number | null)[];
  words: string[];
}

/** The figures of a plot, the oldest day first. */
interface Figures {
  days: string[];
  series: Series[];
}

/** Numbers along an axis, and what is written there. */
type Labels = Map<number, string>;

/** The plots of the page, with what is to be done when they leave it. */
const plots = new Map<uPlot, () => void>();

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  // With the paths of the bars, which keep their colours.
  for (const plot of plots.keys()) plot.redraw();
});

export function drawPlots(): void {
  for (const [plot, end] of plots) if (!plot.root.isConnected) end();
  for (const figure of document.querySelectorAll<HTMLElement>("figure[data-shape]:not([data-drawn])")) draw(figure);
}

function draw(figure: HTMLElement): void {
  const drawing = figure.querySelector<SVGElement>("svg.chart");
  const figures = read(figure);
  if (!drawing || figures.days.length === 0) return;
  const place = document.createElement("div");
  place.className = "live";
  drawing.before(place);
  // Kept for its colours.
  drawing.toggleAttribute("hidden", true);
  figure.dataset["drawn"] = "";
  const plot = new uPlot(options(figure, drawing, figures, place.clientWidth), data(figures), place);
  const sizes = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: HEIGHT }));
  sizes.observe(place);
  plots.set(plot, () => {
    sizes.disconnect();
    plot.destroy();
    plots.delete(plot);
  });
  obey(place, plot, figure, figures);
}

function read(figure: HTMLElement): Figures {
  const table = figure.querySelector("table");
  const rows = [...(table?.tBodies[0]?.rows ?? [])].reverse();
  const heads = [...(table?.tHead?.querySelectorAll<HTMLElement>("th[data-class]") ?? [])];
  const series = heads.map((head, index) => {
    const cells = rows.map((row) => row.cells[index + 1]);
    return {
      label: head.textContent ?? "",
      class: head.dataset["class"] ?? "",
      values: cells.map((cell) => (cell?.dataset["value"] ? Number(cell.dataset["value"]) : null)),
      words: cells.map((cell) => cell?.textContent ?? ""),
    };
  });
  return { days: rows.map((row) => row.cells[0]?.textContent ?? ""), series };
}

function data(figures: Figures): uPlot.AlignedData {
  return [figures.days.map((_, index) => index), ...figures.series.map((one) => one.values)];
}

/** What the drawing writes along an axis. */
function labels(drawing: SVGElement, axis: "x" | "y"): Labels {
  const marks = drawing.querySelectorAll<SVGElement>(`text[data-${axis}]`);
  return new Map([...marks].map((mark) => [Number(mark.dataset[axis]), mark.textContent ?? ""]));
}

function options(figure: HTMLElement, drawing: SVGElement, figures: Figures, width: number): uPlot.Options {
  // Asked for at each stroke, so that they change with the colours of the page.
  const colour = (selector: string, property: "fill" | "stroke") => () => {
    const found = figure.querySelector(selector);
    return found ? getComputedStyle(found)[property] : "";
  };
  const written = { stroke: colour(".tick", "fill"), font: `11px ${getComputedStyle(figure).fontFamily}` };
  const [days, lines] = [labels(drawing, "x"), labels(drawing, "y")];
  const along = (labels: Labels) => ({
    splits: () => [...labels.keys()],
    values: (_: uPlot, splits: number[]) => splits.map((at) => labels.get(at) ?? ""),
    ticks: { show: false },
  });
  const longest = Math.max(...[...lines.values()].map((label) => label.length));
  const isBars = figure.dataset["shape"] === "bars";
  const dashes: Record<string, number[]> = { "s-two": [6, 4], "s-bad": [2, 4] };
  const series = figures.series.map((one, place): uPlot.Series => {
    const ink = colour(`.legend .${CSS.escape(one.class)}`, "fill");
    if (!isBars) {
      // A day between days without figures is a point, and no line.
      const points = { show: true, size: 4, width: 0, stroke: ink, fill: ink };
      return { stroke: ink, width: 2, dash: dashes[one.class] ?? [], points, spanGaps: true };
    }
    // Each stands before the one before it, half as wide: neither hides the other.
    const paths = uPlot.paths.bars?.({ size: [0.72 / 2 ** place, 48 / 2 ** place] });
    return { stroke: ink, fill: ink, width: 0, points: { show: false }, ...(paths && { paths }) };
  });
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false, points: { size: 9 } },
    scales: {
      x: { time: false, range: [-0.5, figures.days.length - 0.5] },
      y: { range: [0, Math.max(...lines.keys(), 1)] },
    },
    axes: [
      { ...written, ...along(days), grid: { show: false }, size: 28 },
      { ...written, ...along(lines), grid: { stroke: colour(".grid", "stroke"), width: 1 }, size: longest * 6.5 + 14 },
    ],
    series: [{}, ...series],
  };
}

/** Reads off at the pointer, and moves by keys like a slider, which screen readers know how to tell. */
function obey(place: HTMLElement, plot: uPlot, figure: HTMLElement, figures: Figures): void {
  const last = figures.days.length - 1;
  const line = figure.querySelector<HTMLElement>(".readout");
  const summary = line?.textContent ?? "";
  const words = (at: number): string => {
    const values = figures.series.map((one) => `${one.label}: ${one.words[at] ?? ""}`);
    return [figures.days[at] ?? "", ...values].join(" · ");
  };
  let at = last;
  const tell = () => {
    place.setAttribute("aria-valuenow", String(at));
    place.setAttribute("aria-valuetext", words(at));
  };
  const point = (to: number) => {
    at = Math.min(Math.max(to, 0), last);
    plot.setCursor({ left: plot.valToPos(at, "x"), top: 0 });
    tell();
  };
  place.tabIndex = 0;
  place.setAttribute("role", "slider");
  place.setAttribute("aria-labelledby", figure.getAttribute("aria-labelledby") ?? "");
  place.setAttribute("aria-valuemin", "0");
  place.setAttribute("aria-valuemax", String(last));
  tell();
  (plot.hooks.setCursor ??= []).push(() => {
    const pointed = plot.cursor.idx;
    if (typeof pointed === "number") at = pointed;
    if (line) line.textContent = typeof pointed === "number" ? words(at) : summary;
  });
  place.addEventListener("focus", () => point(at));
  place.addEventListener("blur", () => plot.setCursor({ left: -10, top: -10 }));
  place.addEventListener("keydown", (event) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowDown: -1,
      ArrowRight: 1,
      ArrowUp: 1,
      PageDown: -WEEK,
      PageUp: WEEK,
      Home: -last,
      End: last,
    };
    const step = steps[event.key];
    if (step === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    point(at + step);
  });
}
