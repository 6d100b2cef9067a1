// SPDX-License-Identifier: MIT
#include "core/behaviour/rules.h"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const QByteArray bytes(reinterpret_cast<const char*>(data), static_cast<qsizetype>(size));
    const QString text = QString::fromUtf8(bytes);
    const auto rules = sw::RuleSet::parse(text);
    if (!rules) {
        if (rules.error().position < 0 || rules.error().position > text.size() || rules.error().detail.isEmpty())
            std::abort();
        return 0;
    }
    for (const sw::Rule& rule : rules->rules)
        (void)rule.condition.match(bytes);
    if (!rules->rules.empty()) { // switching one keeps the others
        const auto switched = sw::RuleSet::parse(sw::setRuleEnabled(text, 0, !rules->rules.front().isEnabled));
        if (!switched || switched->rules.size() != rules->rules.size() ||
            switched->rules.front().isEnabled == rules->rules.front().isEnabled)
            std::abort();
    }
    return 0;
}
