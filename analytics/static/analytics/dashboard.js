"use strict";

// Draws the plots of a report in the colours of the admin, and again when its theme changes.

const SERIES = ["#2f7fb8", "#d9730d", "#3f9142", "#a05bb5", "#b8433f", "#7a6a58"];

function style(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function layoutOf(spec) {
  const ink = style("--body-fg");
  const grid = style("--hairline-color");
  const axis = { gridcolor: grid, zerolinecolor: grid, linecolor: grid };
  return {
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    font: { color: ink, family: style("--font-family-primary") || "sans-serif" },
    colorway: SERIES,
    height: 340,
    margin: { t: 16, r: 24, b: 56, l: 72 },
    ...spec.layout,
    xaxis: { ...axis, ...spec.layout.xaxis },
    yaxis: { ...axis, ...spec.layout.yaxis },
  };
}

function coloured(trace) {
  if (trace.type === "heatmap") {
    return { ...trace, colorscale: [[0, style("--darkened-bg")], [1, SERIES[0]]] };
  }
  if (trace.type === "sankey") {
    return {
      ...trace,
      node: { ...trace.node, color: SERIES[0], line: { width: 0 } },
      link: { ...trace.link, color: "rgba(128, 128, 128, 0.4)" },
    };
  }
  return trace;
}

function draw(figure) {
  const place = figure.querySelector(".report-figure");
  const spec = JSON.parse(figure.querySelector("script").textContent);
  figure.hidden = false;
  window.Plotly.react(place, spec.data.map(coloured), layoutOf(spec), {
    displayModeBar: false,
    responsive: true,
  });
}

function drawAll() {
  document.querySelectorAll(".report figure").forEach(draw);
}

if (window.Plotly) {
  drawAll();
  new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
}
