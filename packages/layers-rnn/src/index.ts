// What layers-rnn offers.
