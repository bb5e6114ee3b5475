/* Saves a look and a reload; every page of a case works without it. */
"use strict";
(() => {
  const first = document.querySelector("[data-focus]") ?? document.querySelector("[data-stop]");
  if (first) first.focus({ preventScroll: false });

  for (const line of document.querySelectorAll("[data-total]")) {
    const names = line.dataset.total.split(" ");
    const form = line.closest("form");
    const told = () => {
      const given = names.map((name) => form.querySelector(`input[name="${CSS.escape(name)}"]:checked`)).filter(Boolean);
      const sum = given.reduce((total, input) => total + Number(input.value), 0);
      if (given.length === 0) return "";
      return given.length === names.length
        ? `Total ${sum} (${given.length} of ${names.length} answered)`
        : `${given.length} of ${names.length} answered, no total yet`;
    };
    const tell = () => { line.textContent = told(); };
    form.addEventListener("change", tell);
    tell();
  }

  // The digits choose an answer while one of its group has the focus, as on paper forms.
  document.addEventListener("keydown", (event) => {
    const group = event.target.closest?.("[data-score]");
    if (!group || event.ctrlKey || event.metaKey || event.altKey || !/^[0-9]$/.test(event.key)) return;
    const input = group.querySelector(`input[value="${event.key}"]`);
    if (!input) return;
    input.checked = true;
    input.focus();
    input.dispatchEvent(new Event("change", { bubbles: true }));
    event.preventDefault();
  });

  // A second press of the same button sends nothing; the form's key would make it harmless anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
