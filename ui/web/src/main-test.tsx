// A page that tries this device's connection to the till: /test. It needs no table and no login.

import { render } from "preact";

import "./theme.css";
import "./trial.css";
import { TrialPage } from "./trial/page";
import { run } from "./trial/trial";

void run();
const app = document.getElementById("app");
if (app) render(<TrialPage />, app);
