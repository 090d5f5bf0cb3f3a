package transcripts

import "mensch/app/model"

// History is what an expert's conversations were about and what their clients
// told them, to hold another conversation against. The zero History knows
// nothing. It is not safe for use by several goroutines.
type History struct {
	field Field
	told  told
}

// Remember adds a conversation as it stands now, instead of what was known of
// it before. No message is read that a reading of the conversation knows; nil: all
// are read.
func (r *Reader) Remember(h *History, c model.Conversation, g *Reading) {
	r.LearnConversation(&h.field, c)
	h.told.forget(c.Session.ID)
	r.learnTold(&h.told, c, g)
	if len(h.told.clients) > MaxFieldSessions {
		for s := range h.told.clients {
			if h.field.sessions[s] == nil {
				h.told.forget(s)
			}
		}
	}
}

// Forget takes a conversation out of the history.
func (h *History) Forget(session string) {
	h.field.Forget(session)
	h.told.forget(session)
}

// Against reviews a conversation against the expert's others, and gives what
// only shows beside them: talk outside the expert's field, and what another
// client told. The history forgets the conversation: remember it afterwards. No
// message is read that a reading of the conversation knows; nil: all are read.
func (r *Reader) Against(c model.Conversation, h *History, g *Reading) []model.Finding {
	h.Forget(c.Session.ID)
	return append(r.OutsideField(c, &h.field), r.toldOn(c, &h.told, g)...)
}
