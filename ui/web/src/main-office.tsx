// The back office: /office.

import { render } from "preact";

import "./theme.css";
import "./office.css";
import "./office-forms.css";
import "./office-reports.css";
import "./office-print.css";
import { OfficePage } from "./office/pages/office";
import { startOffice } from "./office/session";

startOffice();
const app = document.getElementById("app");
if (app) render(<OfficePage />, app);
