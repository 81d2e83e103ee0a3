// The client begins here.
import { render } from "preact";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/frame.css";
import "./styles/dialogue.css";
import "./styles/prose.css";
import "./styles/settings.css";
import { tellColours } from "./android.ts";
import { registerWorker } from "./offline/update.ts";
import { start } from "./store/app.ts";
import { finishGoogle } from "./store/google.ts";
import { takeShared } from "./store/shared.ts";
import { startMiniApp } from "./telegram/app.ts";
import { App } from "./views/App.tsx";

start();
startMiniApp();
finishGoogle();
takeShared();
tellColours();
render(<App />, document.getElementById("app")!);
registerWorker();
