// Runs the emulator on the port that is given, and is its one person. A line of stdin is a message; one that begins with
// "/" a command. Whatever the bot shows, and how it changes, goes to stdout as lines of JSON: {"message_id", "text"}.
'use strict';

const readline = require('node:readline');
const TelegramServer = require('telegram-test-api');

const [port, token] = process.argv.slice(2);

async function main() {
  const server = new TelegramServer({ port: Number(port), host: '127.0.0.1' });
  await server.start();
  const client = server.getClient(token, { userId: 77, chatId: 77, firstName: 'Anna' });
  console.log(JSON.stringify({ ready: server.config.apiURL }));
  const shown = new Map();
  const tell = () => {
    for (const { messageId, message } of server.storage.botMessages) {
      if (shown.get(messageId) === message.text) continue;
      shown.set(messageId, message.text);
      console.log(JSON.stringify({ message_id: messageId, text: message.text }));
    }
  };
  for (const event of ['AddedBotMessage', 'EditedMessageText']) server.on(event, tell);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (line.startsWith('/')) await client.sendCommand(client.makeCommand(line));
    else await client.sendMessage(client.makeMessage(line));
  }
  await server.stop();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
