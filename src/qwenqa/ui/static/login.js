// Logs in without leaving the address, so that a permalink opens what it names.
const form = document.getElementById("login");
const told = document.getElementById("told");
const button = form.querySelector("button");

async function why(answer) {
  const { detail } = await answer.json();
  return detail;
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  told.textContent = "";
  button.disabled = true;
  try {
    const answer = await fetch("login", { method: "POST", body: new FormData(form) });
    if (answer.ok) return location.reload();
    told.textContent = await why(answer);
  } catch {
    told.textContent = "The server does not answer. Try again.";
  }
  button.disabled = false;
  form.elements.password.select();
});
