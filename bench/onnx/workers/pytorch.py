# The tasks on PyTorch, as one would write them there. Same protocol as serve.mjs.
import json
import os
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(os.environ.get('BENCH_THREADS', '2')))
torch.manual_seed(1)


def uniform(*shape, scale=0.1):
    return (torch.rand(*shape) - 0.5) * 2 * scale


def descent(parameters, loss):
    optimizer = torch.optim.SGD(parameters, lr=0.01)

    def step(*data):
        optimizer.zero_grad()
        value = loss(*data)
        value.backward()
        optimizer.step()
        return value.item()

    return step


def matmul():
    a, b = uniform(1024, 1024), uniform(1024, 1024)
    return lambda: a @ b


def convolution():
    weights = [uniform(64, 64, 3, 3, scale=0.04).requires_grad_() for _ in range(6)]
    x = uniform(32, 64, 19, 19)

    def loss():
        output = x
        for w in weights:
            output = F.relu(F.conv2d(output, w, padding=1))
        return output.square().mean()

    return descent(weights, loss)


def lstm_small():
    layer = torch.nn.LSTM(100, 100)
    x = uniform(20, 16, 100, scale=1)
    return descent(list(layer.parameters()), lambda: layer(x)[0].square().mean())


def lstm_large():
    layer, head = torch.nn.LSTM(128, 256), torch.nn.Linear(256, 500)
    x, y = uniform(30, 32, 128, scale=1), torch.randint(500, (960,))
    return descent(
        [*layer.parameters(), *head.parameters()],
        lambda: F.cross_entropy(head(layer(x)[0].reshape(960, 256)), y),
    )


def ctc():
    x = uniform(32, 200, 80, scale=2).requires_grad_()
    y, steps, counts = torch.randint(1, 80, (32, 40)), torch.full((32,), 200), torch.full((32,), 40)

    def run():
        x.grad = None
        loss = F.ctc_loss(x.log_softmax(-1).transpose(0, 1), y, steps, counts)
        loss.backward()
        return loss.item()

    return run


def atis_batches():
    """The batches of atis-epoch.ts, word for word."""
    buckets, size = [(8, 82), (11, 99), (14, 72), (18, 42), (25, 15), (46, 3)], 16
    shorter = 0
    for length, count in buckets:
        for batch in range(count):
            words, tags = torch.zeros(size, length, dtype=torch.long), torch.zeros(size, length, dtype=torch.long)
            for row in range(size):
                for step in range(length - row % (length - shorter)):
                    words[row, step] = 1 + (row * 31 + step * 17 + batch * 13) % 899
                    tags[row, step] = 1 + (row * 7 + step * 5 + batch * 3) % 121
            yield words, tags
        shorter = length


def atis_epoch():
    table = torch.nn.Embedding(900, 100)
    layer, head = torch.nn.LSTM(100, 100, batch_first=True), torch.nn.Linear(100, 122)
    step = descent(
        [*table.parameters(), *layer.parameters(), *head.parameters()],
        lambda words, tags: F.cross_entropy(
            head(layer(table(words))[0]).reshape(-1, 122), tags.reshape(-1), ignore_index=0
        ),
    )
    batches = list(atis_batches())

    def epoch():
        for words, tags in batches:
            step(words, tags)

    return epoch


def mlp_epoch():
    model = torch.nn.Sequential(torch.nn.Linear(784, 256), torch.nn.ReLU(), torch.nn.Linear(256, 10))
    batches = [(uniform(128, 784, scale=1), torch.randint(10, (128,))) for _ in range(8)]
    step = descent(list(model.parameters()), lambda x, y: F.cross_entropy(model(x), y))

    def epoch():
        for i in range(469):
            step(*batches[i % 8])

    return epoch


def adam():
    parameter = uniform(10_000_000).requires_grad_()
    parameter.grad = uniform(10_000_000)
    optimizer = torch.optim.Adam([parameter], lr=0.001)
    return optimizer.step


class Captioner(torch.nn.Module):
    """Four blocks of convolution, and an LSTM that looks at the map before each word (Xu and others, 2015)."""

    def __init__(self, channels=(32, 64, 96, 128), units=256, symbols=1000):
        super().__init__()
        layers = []
        for block, filters in enumerate(channels):
            layers += [torch.nn.Conv2d(channels[block - 1] if block else 3, filters, 3, padding=1), torch.nn.ReLU()]
            if block < 3:
                layers.append(torch.nn.MaxPool2d(2))
        self.encoder = torch.nn.Sequential(*layers)
        memory = channels[-1]
        self.embedding = torch.nn.Embedding(symbols, units)
        self.begin_h, self.begin_c = torch.nn.Linear(memory, units), torch.nn.Linear(memory, units)
        self.query = torch.nn.Linear(units, units, bias=False)
        self.key = torch.nn.Linear(memory, units)
        self.score = torch.nn.Linear(units, 1, bias=False)
        self.cell = torch.nn.LSTMCell(units + memory, units)
        self.readout = torch.nn.Linear(2 * units + memory, units)
        self.output = torch.nn.Linear(units, symbols)

    def forward(self, pictures, read):
        memory = self.encoder(pictures).flatten(2).transpose(1, 2)
        keys, mean = self.key(memory), memory.mean(1)
        h, c = torch.tanh(self.begin_h(mean)), torch.tanh(self.begin_c(mean))
        vectors = self.embedding(read)
        states, contexts = [], []
        for step in range(read.shape[1]):
            weights = self.score(torch.tanh(keys + self.query(h).unsqueeze(1))).softmax(1)
            context = (weights * memory).sum(1)
            h, c = self.cell(torch.cat([vectors[:, step], context], 1), (h, c))
            states.append(h)
            contexts.append(context)
        features = torch.cat([torch.stack(states, 1), torch.stack(contexts, 1), vectors], 2)
        return self.output(torch.tanh(self.readout(features)))


def captioning():
    model = Captioner()
    pictures = torch.rand(32, 3, 64, 64)
    read, said = torch.randint(4, 1000, (32, 16)), torch.randint(4, 1000, (32, 16))
    step = descent(list(model.parameters()), lambda: F.cross_entropy(model(pictures, read).flatten(0, 1), said.flatten()))
    return step


tasks = {
    'matmul': matmul,
    'convolution': convolution,
    'lstm 16×20×100': lstm_small,
    'lstm 32×30×128→256→500': lstm_large,
    'ctc 32×200×80, 40 labels': ctc,
    'atis epoch': atis_epoch,
    'mlp epoch': mlp_epoch,
    'adam 10M': adam,
    'captioning step 32×64×64': captioning,
}

print(json.dumps({'name': f'PyTorch {torch.__version__}', 'tasks': list(tasks)}), flush=True)
ready = {}
for line in sys.stdin:
    request = json.loads(line)
    task, repeats = request['task'], request['repeats']
    if task not in ready:
        ready[task] = tasks[task]()
        for _ in range(2):
            ready[task]()
    start = time.perf_counter()
    for _ in range(repeats):
        ready[task]()
    print(json.dumps({'task': task, 'ms': (time.perf_counter() - start) * 1000 / repeats}), flush=True)
