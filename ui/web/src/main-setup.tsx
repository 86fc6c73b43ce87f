// The first start from a browser: /setup.

import { render } from "preact";

import "./theme.css";
import "./office.css";
import "./office-forms.css";
import "./setup.css";
import { followLanguage } from "./office/language";
import { SetupPage } from "./setup/page";
import { arrive } from "./setup/setup";

followLanguage();
void arrive();
const app = document.getElementById("app");
if (app) render(<SetupPage />, app);
