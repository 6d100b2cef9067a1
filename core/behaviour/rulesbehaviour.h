// SPDX-License-Identifier: MIT
#pragma once

#include "core/behaviour/malformed.h"
#include "core/behaviour/rules.h"
#include "core/behaviour/source.h"
#include "core/endpoint/behaviour.h"

#include <QElapsedTimer>

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <set>

namespace sw {

/// Rules as they were loaded, with the hits of each; shared by the endpoints that use them.
struct LoadedRules {
    explicit LoadedRules(RuleSet rules) : set(std::move(rules)), hits(set.rules.size()) {}

    const RuleSet set;
    mutable std::vector<std::atomic<quint64>> hits;
};

/// A file of rules. Any thread.
class RulesSource final : public BehaviourSource {
public:
    static Result<std::shared_ptr<RulesSource>> open(const QString& file);
    /// Rules that are in no file.
    static Result<std::shared_ptr<RulesSource>> fromText(const QString& text);

    QString file() const override { return m_file; }
    Result<void> reload() override;
    QVector<BehaviourCounter> counters() const override;
    std::shared_ptr<const LoadedRules> current() const;

private:
    Result<void> load(const QString& text);

    QString m_file;
    mutable std::mutex m_mutex; // guards m_current
    std::shared_ptr<const LoadedRules> m_current;
};

/// Tries the rules on each message, in order; the first that matches acts, unless it says `next`. What a delay holds
/// back keeps its order, and receiving pauses while more than 1,000 actions wait. A connection that keeps the rules
/// busy has its turn and then waits for the others. The I/O thread.
class RulesBehaviour final : public Behaviour {
public:
    explicit RulesBehaviour(std::shared_ptr<RulesSource> source);

    void filter(LocalEnd& local, QByteArrayView bytes) override;
    bool offered(LocalEnd& local, QByteArrayView bytes) override;
    void woken(LocalEnd& local, quint64 token) override;
    void endOfStream(LocalEnd& local) override;
    void sendingEnds(LocalEnd& local) override;
    void writable(LocalEnd& local) override;
    void secured(LocalEnd& local) override;
    bool reload(LocalEnd& local) override;
    bool leavesUnread() const override { return false; }

private:
    struct Step {
        RuleAction action;
        QHash<QString, QByteArray> values; ///< what the match captured
        QString rule;
        quint64 message = 0; ///< received, whose step it is; 0: of one that was sent, or of the end
    };

    void work(LocalEnd& local);
    void workLater(LocalEnd& local);
    bool dropClearText(LocalEnd& local);
    void forgetClearText(LocalEnd& local);
    bool mayWork(LocalEnd& local) const;
    void take(LocalEnd& local, const Message& message, Rule::Direction direction);
    void run(LocalEnd& local);
    bool isFull() const;
    void updateHold(LocalEnd& local);
    void finishStream(LocalEnd& local);
    void act(LocalEnd& local, const Step& step);
    std::optional<QByteArray> render(LocalEnd& local, const Step& step);
    void fail(LocalEnd& local, const QString& rule, const QString& problem);
    void useCurrent();

    std::shared_ptr<RulesSource> m_source;
    std::shared_ptr<const LoadedRules> m_rules;
    Framer m_framer;
    Framer m_sentFramer;
    MalformedReports m_malformed;
    TemplateState m_state;
    std::deque<Message> m_messages; // received, and not looked at yet
    std::deque<Step> m_steps;
    std::set<QString> m_saidOnce; // problems that were told already
    qsizetype m_heldBytes = 0;    // of what m_steps captured
    quint64 m_lastMessage = 0;    // received, by number
    quint64 m_nowMessage = 0;     // whose step is carried out
    quint64 m_gap = 0;            // of silence, the one that counts
    bool m_isWaiting = false;     // for a delay
    bool m_isHolding = false;
    bool m_isWorkPosted = false; // woken() goes on
    QElapsedTimer m_round;       // since this connection has had its turn
    bool m_hasPeerEnded = false;
    bool m_hasFinished = false; // after the peer's end
    bool m_hasEnded = false;
};

} // namespace sw
