// The kitchen's page: /kitchen.

import { render } from "preact";

import "./theme.css";
import "./kitchen.css";
import { KitchenPage } from "./pages/kitchen";
import { startKitchen } from "./stores/kitchen";

startKitchen();
const app = document.getElementById("app");
if (app) render(<KitchenPage />, app);
