// The talk server as a script: answers each line with what it was.
let framer = "lines";

function filter(connection, line) {
    connection.send("You sent: '" + line + "'\n");
}
