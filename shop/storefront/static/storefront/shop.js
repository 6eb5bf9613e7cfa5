// A small client of the GraphQL API: what a front end does with a cart and its suggestions.

const main = document.querySelector("main");
const byId = (id) => document.getElementById(id);
const CART_COOKIE = "cart_id";

const CARD = `
  fragment Card on Product {
    code
    slug
    title
    availableForSale
    priceRange { minVariantPrice { amount currencyCode } }
    variants { id availableForSale }
  }`;

const CART = `
  fragment CartParts on Cart {
    id
    cost { totalAmount { amount currencyCode } }
    lines(first: 100) {
      edges { node {
        id
        quantity
        cost { amount currencyCode }
        merchandise { product { title } }
      } }
    }
    frequentlyBoughtWith(first: 4) {
      token
      edges {
        source
        reason
        node { ...Card }
      }
    }
  }
  ${CARD}`;

const PRODUCTS = `
  query Products($search: String, $after: String) {
    products(first: 24, search: $search, after: $after) {
      pageInfo { hasNextPage endCursor }
      edges { node { ...Card } }
    }
  }
  ${CARD}`;

const DETAILS = `
  query Details($slug: String!) {
    product(slug: $slug) {
      frequentlyBoughtWith(first: 4) { token nodes { code title } }
      similarProducts(first: 4) { token nodes { code title } }
    }
  }`;

let cart = null;

async function ask(query, variables = {}) {
  const response = await fetch(main.dataset.graphql, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": main.dataset.csrf },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map((error) => error.message).join(" "));
  return data;
}

const money = ({ amount, currencyCode }) =>
  new Intl.NumberFormat(undefined, { style: "currency", currency: currencyCode }).format(amount);

function element(tag, text = "", attributes = {}) {
  const made = Object.assign(document.createElement(tag), attributes);
  made.append(text);
  return made;
}

function button(label, act, description) {
  const made = element("button", label, { type: "button" });
  if (description) made.setAttribute("aria-label", description);
  made.addEventListener("click", () => run(act));
  return made;
}

/** Shows what went wrong instead of failing in silence. */
async function run(act) {
  say("");
  try {
    await act();
  } catch (error) {
    say(error.message);
  }
}

const say = (text) => { byId("message").textContent = text; };

/** Tells the shop what the visitor did. It is nobody's loss if that fails. */
function track(...events) {
  const stamped = events.map((event) => ({ id: crypto.randomUUID(), path: location.pathname, ...event }));
  ask("mutation($events: [EventInput!]!) { trackEvents(events: $events) { accepted } }", { events: stamped })
    .catch((error) => console.warn("not tracked:", error.message));
}

// The cart

function remember(id) {
  const uuid = atob(id).slice("Cart:".length);
  document.cookie = `${CART_COOKIE}=${uuid}; path=/; max-age=2592000; samesite=lax`;
}

function rememberedCart() {
  const found = document.cookie.match(new RegExp(`${CART_COOKIE}=([0-9a-f-]{36})`));
  return found && btoa(`Cart:${found[1]}`);
}

async function openCart() {
  const id = rememberedCart();
  const known = id && (await ask(`query($id: ID!) { cart(id: $id) { status ...CartParts } } ${CART}`, { id })).cart;
  const open = known && known.status === "OPEN" ? known : null;
  const own = "customer" in main.dataset ? (await ask(`{ me { cart { ...CartParts } } } ${CART}`)).me?.cart : null;
  show(open ?? own ?? null);
}

/** Runs one of the cart mutations and shows the cart as it is afterwards. */
async function change(mutation, signature, variables) {
  const data = await ask(
    `mutation(${signature}) { payload: ${mutation} {
       cart { ...CartParts } userErrors { message } warnings { message }
     } } ${CART}`,
    variables,
  );
  const { cart: changed, userErrors, warnings } = data.payload;
  say([...userErrors, ...warnings].map(({ message }) => message).join(" "));
  if (changed) show(changed);
}

function add(variant, suggestionToken) {
  const lines = [{ merchandiseId: variant, quantity: 1, suggestionToken }];
  return cart
    ? change("cartLinesAdd(cartId: $cart, lines: $lines)", "$cart: ID!, $lines: [CartLineInput!]!", { cart: cart.id, lines })
    : change("cartCreate(input: { lines: $lines })", "$lines: [CartLineInput!]!", { lines });
}

const remove = (line) =>
  change("cartLinesRemove(cartId: $cart, lineIds: [$line])", "$cart: ID!, $line: ID!", { cart: cart.id, line });

async function checkout(event) {
  event.preventDefault();
  track({ kind: "CHECKOUT_START", cartKey: cart.id });
  const data = await ask(
    `mutation($cart: ID!, $input: CartCheckoutInput!) {
       cartCheckout(cartId: $cart, input: $input) { order { number } userErrors { message } }
     }`,
    { cart: cart.id, input: { email: byId("email").value, idempotencyKey: cart.id } },
  );
  const { order, userErrors } = data.cartCheckout;
  if (order) show(null);
  say(order ? `Thank you: your order is ${order.number}.` : userErrors.map(({ message }) => message).join(" "));
}

function show(changed) {
  cart = changed;
  if (cart) remember(cart.id);
  const lines = cart ? cart.lines.edges.map(({ node }) => node) : [];
  byId("empty").hidden = lines.length > 0;
  byId("filled").hidden = lines.length === 0;
  byId("total").textContent = cart ? money(cart.cost.totalAmount) : "";
  byId("lines").replaceChildren(...lines.map(lineItem));
  const { token, edges } = lines.length ? cart.frequentlyBoughtWith : { edges: [] };
  const shown = edges.map(({ node }, place) => ({ token, productKey: node.code, position: place + 1 }));
  byId("suggestions").replaceChildren(...edges.map((edge, place) => suggestionItem(edge, shown[place])));
  if (shown.length) track(...shown.map((one) => ({ kind: "IMPRESSION", ...one })));
}

function lineItem({ id, quantity, cost, merchandise: { product } }) {
  const item = element("li");
  item.append(
    element("span", `${quantity} × ${product.title}`),
    element("span", money(cost), { className: "price" }),
    button("Remove", () => remove(id), `Remove ${product.title}`),
  );
  return item;
}

function suggestionItem({ node, reason, source }, shown) {
  const item = element("li");
  const text = element("span", node.title);
  text.append(element("small", reason, { className: source.toLowerCase() }));
  item.append(text, element("span", money(node.priceRange.minVariantPrice), { className: "price" }),
    addButton(node, shown));
  return item;
}

// The catalogue

/** `shown` says in which list of suggestions, and where, if it is in one. */
function addButton({ title, variants }, shown) {
  const variant = variants.find(({ availableForSale }) => availableForSale);
  const act = () => {
    if (shown) track({ kind: "CLICK", ...shown });
    return add(variant.id, shown?.token);
  };
  const made = button("Add", act, `Add ${title}`);
  made.disabled = !variant;
  return made;
}

/** What was shown of a list; of an empty one that it was. */
const impressions = ({ token, nodes }) =>
  nodes.length
    ? nodes.map(({ code }, place) => ({ kind: "IMPRESSION", token, productKey: code, position: place + 1 }))
    : [{ kind: "IMPRESSION", token }];

/** What there is to know of a product: who opens it has looked at the product. */
function details({ code, slug, title }) {
  const made = element("details");
  const facts = element("dl");
  made.append(element("summary", "More", { ariaLabel: `More about ${title}` }), facts);
  made.addEventListener("toggle", () => {
    track({ kind: "PRODUCT_VIEW", productKey: code });
    run(async () => {
      const { product } = await ask(DETAILS, { slug });
      const names = ({ nodes }) => nodes.map((node) => node.title).join(", ") || "–";
      facts.replaceChildren(
        element("dt", "Bought with it"), element("dd", names(product.frequentlyBoughtWith)),
        element("dt", "Similar"), element("dd", names(product.similarProducts)),
      );
      track(...impressions(product.frequentlyBoughtWith), ...impressions(product.similarProducts));
    });
  }, { once: true });
  return made;
}

function card(product) {
  const item = element("li");
  item.append(
    element("h2", product.title),
    details(product),
    element("span", money(product.priceRange.minVariantPrice), { className: "price" }),
    product.availableForSale ? addButton(product) : element("span", "Sold out"),
  );
  return item;
}

async function list(after = null) {
  const { products } = await ask(PRODUCTS, { search: byId("term").value, after });
  const cards = products.edges.map(({ node }) => card(node));
  if (after) byId("products").append(...cards);
  else byId("products").replaceChildren(...(cards.length ? cards : [element("li", "Nothing found.")]));
  byId("more").hidden = !products.pageInfo.hasNextPage;
  byId("more").onclick = () => run(() => list(products.pageInfo.endCursor));
}

byId("search").addEventListener("submit", (event) => {
  event.preventDefault();
  run(async () => {
    await list();
    const query = byId("term").value;
    // Where there are more pages, nobody has counted them.
    const results = byId("more").hidden ? byId("products").querySelectorAll("h2").length : null;
    if (query) track({ kind: "SEARCH", query, results });
  });
});
byId("checkout").addEventListener("submit", (event) => run(() => checkout(event)));
run(() => list());
run(openCart);
