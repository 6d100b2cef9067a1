// SPDX-License-Identifier: MIT
// Runs a fuzz target over its corpus and over mutations of it that are the same in every run.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

void run(const std::string& input) {
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

std::string mutated(std::string input, std::mt19937& random) {
    const auto at = [&](std::size_t size) { return std::uniform_int_distribution<std::size_t>(0, size)(random); };
    for (std::size_t changes = at(4) + 1; changes > 0; --changes) {
        switch (at(3)) {
        case 0:
            input.insert(at(input.size()), 1, static_cast<char>(at(255)));
            break;
        case 1:
            if (!input.empty())
                input.erase(at(input.size() - 1), at(4) + 1);
            break;
        case 2:
            if (!input.empty())
                input[at(input.size() - 1)] = static_cast<char>(at(255));
            break;
        default:
            if (!input.empty())
                input += input.substr(at(input.size() - 1), at(20));
            break;
        }
    }
    return input;
}

} // namespace

int main(int argc, char** argv) {
    constexpr int mutations = 3000;
    std::mt19937 random(1);
    int files = 0;
    for (int i = 1; i < argc; ++i) {
        std::vector<std::filesystem::path> paths;
        for (const auto& entry : std::filesystem::directory_iterator(argv[i]))
            paths.push_back(entry.path());
        for (const auto& path : paths) {
            std::ifstream file(path, std::ios::binary);
            const std::string input((std::istreambuf_iterator<char>(file)), {});
            run(input);
            for (int round = 0; round < mutations; ++round)
                run(mutated(input, random));
            ++files;
        }
    }
    std::printf("%d files, %d mutations each\n", files, mutations);
    return files > 0 ? 0 : 1;
}
