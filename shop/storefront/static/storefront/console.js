"use strict";

const form = document.getElementById("console");
const result = document.getElementById("result");
const took = document.getElementById("took");

// Logging in changes the token, so the cookie is newer than the page.
function csrfToken() {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie ? cookie[1] : form.elements.csrfmiddlewaretoken.value;
}

function readVariables() {
  const text = form.elements.variables.value.trim();
  return text ? JSON.parse(text) : null;
}

async function post(body) {
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
    body: JSON.stringify(body),
  });
  return response.json();
}

async function run(event) {
  event.preventDefault();
  const started = performance.now();
  took.textContent = "…";
  try {
    const variables = readVariables();
    const answer = await post({ query: form.elements.query.value, variables });
    result.textContent = JSON.stringify(answer, null, 2);
    took.textContent = `${Math.round(performance.now() - started)} ms`;
  } catch (error) {
    result.textContent = error instanceof SyntaxError ? `Not JSON: ${error.message}` : `${error}`;
    took.textContent = "";
  }
}

form.hidden = false;
form.addEventListener("submit", run);
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  }
});
