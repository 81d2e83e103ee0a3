// What modules ask of a browser when they are loaded, as far as tests of theirs need it. To be imported first.

const nowhere = { getItem: () => null, setItem: () => {}, removeItem: () => {} };
const globals = {
  localStorage: nowhere,
  sessionStorage: nowhere,
  document: { documentElement: { dataset: {}, lang: "" }, hidden: false, addEventListener: () => {} },
  addEventListener: () => {},
  location: { hash: "" },
};
for (const [name, value] of Object.entries(globals)) {
  if (!(name in globalThis)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}
Object.defineProperty(globalThis, "navigator", { value: { languages: ["en"], onLine: true, userAgent: "" }, configurable: true });
// An open channel would keep the test from ending.
Object.defineProperty(globalThis, "BroadcastChannel", { value: undefined, configurable: true });

export {};
