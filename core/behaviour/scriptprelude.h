// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What scripts find beyond the language: `Bytes`, `log`, `console`, timers, `store`, `listener`, `connections`, and
/// connections. Evaluates to a function of the host, the global object and what scriptLanguage gave; it gives the
/// functions that the runtime calls.
constexpr const char* scriptPrelude = R"JS((function (host, globalThis, { NativeBuffer, NativeBytes, most, tooLarge }) {
"use strict";
const apply = Function.prototype.call.bind(Function.prototype.apply);
const bufferOf = (bytes) => NativeBuffer.prototype.slice.call(bytes.buffer, bytes.byteOffset, bytes.byteOffset + bytes.byteLength);

class Bytes extends NativeBytes {
    constructor(from, start, length) { // no spread, here and below: a script may make its iterator its own
        if (typeof from === "number" && from > most) tooLarge();
        if (length !== undefined) super(from, start, length);
        else if (start !== undefined) super(from, start);
        else super(from);
    }
    /** The bytes as text: "utf-8" (default) or "latin1". */
    toString(encoding) { return host.decode(bufferOf(this), String(encoding === undefined ? "utf-8" : encoding)); }
    toHex(separator) { return host.hex(bufferOf(this), separator === undefined ? "" : String(separator)); }
    equals(other) { const a = this, b = Bytes.of_(other); return a.length === b.length && a.every((x, i) => x === b[i]); }
    startsWith(other) { const b = Bytes.of_(other); return b.length <= this.length && b.every((x, i) => x === this[i]); }
    checksum(name) { return new Bytes(host.checksum(bufferOf(this), String(name))); }
    static of_(value) { return value instanceof NativeBytes ? value : Bytes.from(value); }
    static from(value, form) {
        if (typeof value === "string")
            return new Bytes(form === "hex" ? host.unhex(value) : host.encode(value));
        return new Bytes(value);
    }
}
const payload = (value) => {
    if (typeof value === "string") return host.encode(value);
    if (value instanceof NativeBuffer) return value;
    if (value instanceof NativeBytes) return bufferOf(value);
    if (Array.isArray(value)) return bufferOf(new NativeBytes(value));
    throw new TypeError("send takes text, Bytes, an ArrayBuffer or an array of numbers");
};

// plain objects: Map and WeakMap of this engine do not survive its garbage collector in every case
const open = Object.create(null);
const idOf = (connection) => {
    const id = connection.id;
    if (typeof id !== "number") throw new TypeError("not a connection");
    return id;
};
class Connection {
    constructor(id) { Object.defineProperty(this, "id", { value: id }); this.data = {}; }
    get name() { return host.text(idOf(this), "name"); }
    get peer() { return host.text(idOf(this), "peer"); }
    get listener() { return host.text(idOf(this), "listener"); }
    get isDatagram() { return host.text(idOf(this), "kind") === "datagram"; }
    get isOpen() { return open[idOf(this)] === this; }
    send(value) { host.send(idOf(this), payload(value)); }
    close() { host.act(idOf(this), "close", ""); }
    abort() { host.act(idOf(this), "abort", ""); }
    shutdown() { host.act(idOf(this), "shutdown", ""); }
    shutdownReceiving() { host.act(idOf(this), "shutdown-receiving", ""); }
    get credentials() {
        const known = host.credentials(idOf(this));
        return known.pid === undefined && known.uid === undefined ? undefined : known;
    }
    startTls(options) { host.act(idOf(this), "starttls", options === undefined ? "" : String(options)); }
    mark(text) { host.act(idOf(this), "mark", String(text)); }
    pause() { host.act(idOf(this), "pause", ""); }
    resume() { host.act(idOf(this), "resume", ""); }
    record(isOn) { host.act(idOf(this), isOn ? "record" : "unrecord", ""); }
    setTimer(milliseconds, token) { host.after(idOf(this), Number(milliseconds), token === undefined ? 0 : Number(token)); }
    toString() { return this.name; }
}
const connectionOf = (id) => {
    if (open[id] === undefined)
        open[id] = new Connection(id);
    return open[id];
};
const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
define("Bytes", Bytes);
define("globalThis", globalThis);
define("store", {});
define("log", (...given) => host.log(given.map(String).join(" "), ""));
define("connections", () => Object.keys(open).map((id) => open[id]));
const listener = {
    get name() { return host.listenerText("name"); },
    get address() { return host.listenerText("address"); },
    get isOpen() { return host.listenerText("open") === "yes"; },
    close() { host.actOnListener("close"); },
    pause() { host.actOnListener("pause"); },
    resume() { host.actOnListener("resume"); },
    accept() { host.actOnListener("accept"); },
    toString() { return this.name; },
};
Object.defineProperty(globalThis, "listener", {
    get: () => host.listenerText("open") === "" ? undefined : listener, set: (value) => define("listener", value), configurable: true,
});
const show = (value) => {
    if (typeof value === "string") return JSON.stringify(value);
    if (typeof value === "function") return "function " + value.name;
    if (value instanceof Bytes) return "Bytes(" + value.length + ") " + value.toHex(" ");
    if (value !== null && typeof value === "object" && !(value instanceof Connection) && !(value instanceof Error)) {
        try { const text = JSON.stringify(value); if (text !== undefined) return text; } catch (error) { }
    }
    return String(value);
};
// console.log("%s has %d", name, 3), as scripts for other programs write it
const format = (given) => {
    let text = "", used = 0;
    if (typeof given[0] === "string" && given.length > 1) {
        const parts = given[used++].split("%");
        text = parts[0];
        for (let i = 1; i < parts.length; ++i) {
            const kind = parts[i].slice(0, 1), rest = parts[i].slice(1);
            if (kind === "" && i + 1 < parts.length) text += "%" + parts[++i]; // %%
            else if (!"sdifjoO".includes(kind) || kind === "" || used >= given.length) text += "%" + parts[i];
            else if (kind === "s") text += String(given[used++]) + rest;
            else if (kind === "d" || kind === "f") text += Number(given[used++]) + rest;
            else if (kind === "i") text += Math.trunc(Number(given[used++])) + rest;
            else text += show(given[used++]) + rest;
        }
    }
    const others = given.slice(used).map((value) => typeof value === "string" ? value : show(value)).join(" ");
    return used === 0 ? others : text + (used < given.length ? " " + others : "");
};
const printer = (level) => (...given) => host.log(format(given), level);
define("console", { log: printer(""), info: printer(""), debug: printer(""), warn: printer("warning"), error: printer("error") });

// timers belong to the connection for which they were set, and end with it
const timers = Object.create(null);
const timersOf = Object.create(null);
const mostTimers = 1000;
let lastTimer = 0;
const forget = (number) => {
    const timer = timers[number];
    if (timer === undefined) return;
    delete timers[number];
    --timersOf[timer.id];
};
const forgetAllOf = (id) => {
    const numbers = timersOf[id] > 0 ? Object.keys(timers) : [];
    for (let i = 0; i < numbers.length; ++i)
        if (timers[numbers[i]].id === id) forget(numbers[i]);
    delete timersOf[id];
};
const timerSetter = (name, repeats) => (run, delay, ...given) => {
    if (typeof run !== "function") throw new TypeError(name + " takes a function and milliseconds");
    const id = host.currentConnection();
    if (id === 0) throw new Error(name + " works for a connection: call it in opened, filter or another function that gets one");
    if ((timersOf[id] || 0) >= mostTimers) throw new RangeError("more than " + mostTimers + " timers wait on this connection");
    const pause = Number(delay) > 0 ? Number(delay) : 0;
    const number = ++lastTimer;
    timers[number] = { id, run, pause, repeats, given };
    timersOf[id] = (timersOf[id] || 0) + 1;
    try { host.alarm(id, pause, number); } catch (error) { forget(number); throw error; }
    return number;
};
define("setTimeout", timerSetter("setTimeout", false));
define("setInterval", timerSetter("setInterval", true));
define("clearTimeout", (number) => forget(Number(number)));
define("clearInterval", (number) => forget(Number(number)));

const hookNames = host.hookNames();
let hooks = Object.create(null);
const ownHooks = Object.create(null); // of connections whose acceptor gave some
const hookOf = (id, name) => ownHooks[id] !== undefined && ownHooks[id][name] !== undefined ? ownHooks[id][name] : hooks[name];
const takeHooks = (from) => {
    const taken = Object.create(null); // read once: what a script returns may answer differently each time
    for (let i = 0; i < hookNames.length; ++i) {
        const name = hookNames[i];
        const hook = from[name];
        if (typeof hook === "function") taken[name] = hook;
        else if (hook !== undefined) throw new TypeError(name + " is to be a function");
    }
    return taken;
};
const decide = (id, decision) => {
    if (decision === undefined || typeof decision === "boolean") return decision !== false;
    if (decision === null || typeof decision !== "object" || Array.isArray(decision))
        throw new TypeError("acceptor gives true, false, or an object with functions such as filter and sentinel");
    const own = takeHooks(decision);
    delete own.acceptor;
    delete own.listenerClosed;
    if (Object.keys(own).length === 0)
        throw new TypeError("acceptor gives true, false, or an object with functions such as filter and sentinel");
    ownHooks[id] = own;
    return true;
};
// whatever is thrown becomes an Error, which has a place
const guard = (call) => (...given) => {
    try {
        return apply(call, undefined, given);
    } catch (error) {
        if (error instanceof Error) throw error;
        throw new Error("threw " + String(error));
    }
};
const forgetConnection = (id) => {
    delete open[id];
    delete ownHooks[id];
    forgetAllOf(id);
};
const reasonOf = (cause, text) => ({ cause, text, toString() { return text; } });
const made = {
    use: (script) => {
        const taken = takeHooks(script);
        const framer = script.framer;
        hooks = taken;
        return typeof framer === "string" ? framer : "";
    },
    hasOwn: (id) => ownHooks[id] !== undefined,
    // one bit for each name
    hooksOf: (id) => hookNames.reduce((bits, name, i) => hookOf(id, name) === undefined ? bits : bits + Math.pow(2, i), 0),
    acceptor: (id) => decide(id, hooks.acceptor(connectionOf(id))),
    opened: (id) => { const c = connectionOf(id), run = hookOf(id, "opened"); if (run) run(c); },
    secured: (id) => { const run = hookOf(id, "secured"); run(connectionOf(id)); },
    filter: (id, buffer) => { const run = hookOf(id, "filter"); run(connectionOf(id), new Bytes(buffer)); },
    malformed: (id, buffer, problem) => { const run = hookOf(id, "malformed"); run(connectionOf(id), new Bytes(buffer), problem); },
    sent: (id, buffer) => { const run = hookOf(id, "sent"); run(connectionOf(id), new Bytes(buffer)); },
    timer: (id, token) => { const run = hookOf(id, "timer"); run(connectionOf(id), token); },
    fire: (id, number) => {
        const timer = timers[number];
        if (timer === undefined || timer.id !== id) return; // cleared meanwhile
        if (timer.repeats) host.alarm(id, timer.pause, number);
        else forget(number);
        const run = timer.run;
        apply(run, undefined, timer.given);
    },
    end: (id) => { const run = hookOf(id, "end"); run(connectionOf(id)); },
    forget: forgetConnection,
    sentinel: (id, cause, text) => {
        const connection = connectionOf(id), run = hookOf(id, "sentinel");
        forgetConnection(id);
        if (run) run(connection, reasonOf(cause, text));
    },
    listenerClosed: (cause, text) => { if (hooks.listenerClosed) hooks.listenerClosed(reasonOf(cause, text)); },
    show,
};
for (const name of Object.keys(made)) made[name] = guard(made[name]);
return made;
}))JS";

} // namespace sw
