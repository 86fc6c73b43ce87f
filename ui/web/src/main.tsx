// The guest's page: /t/<code>, and / for who comes without a table.

import { render } from "preact";

import "./theme.css";
import "./guest.css";
import { GuestPage } from "./pages/guest";
import { startGuest } from "./stores/guest";

startGuest();
const app = document.getElementById("app");
if (app) render(<GuestPage />, app);
