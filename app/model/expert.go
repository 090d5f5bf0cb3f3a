package model

import "time"

// ExpertState is what the platform lets an expert do.
type ExpertState string

// The states of an expert's account.
const (
	ExpertActive    ExpertState = "active"
	ExpertSuspended ExpertState = "suspended"
	ExpertBanned    ExpertState = "banned"
)

// Expert is one account that gives advice in one cluster. A person may hold
// several accounts, one in each cluster.
type Expert struct {
	ID         string      `json:"id"`
	Version    int64       `json:"version"`
	Cluster    string      `json:"cluster"`
	ScreenName string      `json:"screen_name"`
	State      ExpertState `json:"state"`
	Languages  []string    `json:"languages,omitempty"`
	Timezone   string      `json:"timezone,omitempty"` // IANA name
	JoinedAt   time.Time   `json:"joined_at"`
	Signals    Signals     `json:"signals"`
}

// Signals are the traces that may show two accounts to be one person. All but
// email and phone are the platform's opaque tokens; equal tokens mean the same
// device, network, street address or payout account.
type Signals struct {
	Email    string   `json:"email,omitempty"`
	Phone    string   `json:"phone,omitempty"`
	Payout   string   `json:"payout,omitempty"`
	Address  string   `json:"address,omitempty"`
	Devices  []string `json:"devices,omitempty"`
	Networks []string `json:"networks,omitempty"`
}

// Profile is what an expert says of themself. Each edit is a new version.
type Profile struct {
	ExpertID    string    `json:"expert_id"`
	Version     int64     `json:"version"`
	Name        string    `json:"name"`
	Headline    string    `json:"headline,omitempty"`
	Bio         string    `json:"bio"`
	Gender      string    `json:"gender,omitempty"`
	BirthYear   int       `json:"birth_year,omitempty"`
	Degrees     []string  `json:"degrees,omitempty"`
	Credentials []string  `json:"credentials,omitempty"`
	PhotoID     string    `json:"photo_id,omitempty"` // SHA-256 of the photo's bytes, 64 lower-case hex digits
	UpdatedAt   time.Time `json:"updated_at"`
}

// Availability is what an expert's online status says.
type Availability string

// The availabilities of an expert.
const (
	Available   Availability = "available"
	Busy        Availability = "busy"
	Unavailable Availability = "unavailable"
)

// StatusEvent is one change of an expert's online status.
type StatusEvent struct {
	ID       string       `json:"id"`
	Version  int64        `json:"version"`
	ExpertID string       `json:"expert_id"`
	Status   Availability `json:"status"`
	At       time.Time    `json:"at"`
}

// Rating is a client's verdict on a session. Device, network, payout and
// address are the platform's opaque tokens of the rater, comparable with an
// expert's Signals.
type Rating struct {
	ID        string    `json:"id"`
	Version   int64     `json:"version"`
	ExpertID  string    `json:"expert_id"`
	SessionID string    `json:"session_id,omitempty"`
	RaterID   string    `json:"rater_id"`
	Stars     int       `json:"stars"` // 1 to 5
	Comment   string    `json:"comment,omitempty"`
	At        time.Time `json:"at"`
	Device    string    `json:"device,omitempty"`
	Network   string    `json:"network,omitempty"`
	Payout    string    `json:"payout,omitempty"`
	Address   string    `json:"address,omitempty"`
	Void      bool      `json:"void,omitempty"`
}

// ExpertProfile is an expert with the present version of their profile.
type ExpertProfile struct {
	Expert  Expert
	Profile Profile
}
